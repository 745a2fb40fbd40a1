/* Tells your Auscult what happened here: auscult("appointment", {order: "A-17"}).
   No cookie, nothing of other websites, nothing that names anybody. Do Not Track and
   Global Privacy Control are honoured: then an outcome is counted, and nothing else. */
(function () {
  "use strict";
  var told = {{ address|safe }};
  var names = ["auscult_click", "utm_source", "utm_campaign"];
  var no = navigator.doNotTrack === "1" || window.doNotTrack === "1" ||
    navigator.globalPrivacyControl === true;
  var way = {};

  function kept(change) {
    try { return change(window.sessionStorage); } catch (none) { return null; }
  }

  if (no) {
    kept(function (store) { store.removeItem("auscult"); });
  } else {
    way = kept(function (store) { return JSON.parse(store.getItem("auscult")); }) || {};
    var here = new URLSearchParams(window.location.search);
    var came = {};
    names.forEach(function (name) { if (here.get(name)) { came[name] = here.get(name).slice(0, 200); } });
    var before = document.referrer || "";
    if (before && before.indexOf(window.location.origin + "/") !== 0) {
      came.referrer = before.split("/").slice(0, 3).join("/").slice(0, 200);
    }
    if (Object.keys(came).length) { way = came; }
    kept(function (store) { store.setItem("auscult", JSON.stringify(way)); });
    if (here.get("auscult_click") && window.history.replaceState) {
      here.delete("auscult_click");
      var rest = here.toString();
      window.history.replaceState(null, "", window.location.pathname + (rest ? "?" + rest : "") + window.location.hash);
    }
  }

  window.auscult = function (kind, more) {
    more = more || {};
    var said = {kind: String(kind)};
    ["value", "currency"].forEach(function (name) { if (more[name] != null) { said[name] = more[name]; } });
    if (no) {
      said.tracked = false;
    } else {
      if (more.order != null) { said.order = String(more.order).slice(0, 200); }
      if (way.auscult_click) { said.click = way.auscult_click; }
      ["utm_source", "utm_campaign", "referrer"].forEach(function (name) { if (way[name]) { said[name] = way[name]; } });
    }
    return window.fetch(told, {
      method: "POST", body: JSON.stringify(said), keepalive: true, credentials: "omit",
      headers: {"Content-Type": "text/plain"}
    }).then(function (answer) { return answer.ok; }, function () { return false; });
  };
}());
