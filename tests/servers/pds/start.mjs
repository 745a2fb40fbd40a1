// A PLC directory and a PDS (and, if asked, an AppView), real ones, in one process.
//
// Called with one JSON argument, the parameters of @atproto/dev-env's TestNetwork; with a
// member "bsky" there is an AppView too. Prints one JSON line with the addresses once all answer.
import net from "node:net";
import { TestNetwork, TestNetworkNoAppView } from "@atproto/dev-env";

// The package's servers name no host when they listen, which means every interface.
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (where, ...more) {
  return typeof where === "number"
    ? listen.call(this, where, "127.0.0.1", ...more.filter((one) => typeof one === "function"))
    : listen.call(this, { ...where, host: "127.0.0.1" }, ...more);
};

const wanted = JSON.parse(process.argv[2]);
const network = await (wanted.bsky ? TestNetwork : TestNetworkNoAppView).create(wanted);
const ready = { pds: network.pds.url, plc: network.plc.url };
if (wanted.bsky) ready.appview = network.bsky.url;
console.log(JSON.stringify({ ready }));
