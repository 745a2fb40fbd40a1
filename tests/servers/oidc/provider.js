// An OpenID Connect provider, a real one, with an account for whatever name signs in.
//
// Called with one JSON argument: port, client ({client_id, client_secret, redirect_uris}) and
// accounts, the claims of each by her name. Prints one JSON line once it answers.
import Provider from "oidc-provider";

const { port, client, accounts } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{ ...client, grant_types: ["authorization_code"], response_types: ["code"] }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
  cookies: { keys: ["only for tests"] },
  findAccount: (context, name) => ({
    accountId: name,
    claims: () => ({ sub: name, ...accounts[name] }),
  }),
});
provider.listen(port, "127.0.0.1", () => console.log(JSON.stringify({ ready: issuer })));
