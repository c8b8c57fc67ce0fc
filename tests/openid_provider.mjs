// An OpenID provider that is not ours (oidc-provider), on localhost. Its one argument is JSON: port, portal, slug, clientId, clientSecret,
// and accounts ({subject: claims}). Whoever enters a subject is signed in; there are no passwords.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const given = JSON.parse(process.argv[2]);
const issuer = `http://localhost:${given.port}`;
const ours = `${given.portal}/accounts/sso/${given.slug}`;

function key(kid, alg, type, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: "jwk" }), kid, alg, use: "sig" };
}

const provider = new Provider(issuer, {
  clients: [{
    client_id: given.clientId,
    client_secret: given.clientSecret,
    redirect_uris: [`${ours}/callback/`],
    post_logout_redirect_uris: [`${given.portal}/accounts/login/`],
    backchannel_logout_uri: `${ours}/logout/`,
    backchannel_logout_session_required: true,
    id_token_signed_response_alg: given.algorithm,
  }],
  jwks: {
    keys: [
      key("rsa", "RS256", "rsa", { modulusLength: 2048 }),
      key("curve", "ES256", "ec", { namedCurve: "P-256" }),
    ],
  },
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified", "groups"],
    profile: ["given_name", "family_name"],
  },
  conformIdTokenClaims: false, // the claims in the ID token itself, as the large providers do
  cookies: { keys: ["of this run"] },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256"] },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  fetch: (url, { dispatcher, ...options }) => fetch(url, options), // theirs asks no loopback address, and the portal has one
  pkce: { required: () => true },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, sub) => given.accounts[sub] && { accountId: sub, claims: () => ({ sub, ...given.accounts[sub] }) },
  // What people consent to is the organisation's business: always granted.
  async loadExistingGrant(context) {
    const { client, session } = context.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});
const handle = provider.callback();

async function interact(request, response) {
  if (request.method === "POST") {
    let body = "";
    for await (const part of request) body += part;
    const accountId = new URLSearchParams(body).get("subject");
    await provider.interactionFinished(request, response, { login: { accountId } });
    return;
  }
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end('<!doctype html><title>Provider</title><link rel="icon" href="data:,"><h1>Who are you?</h1><form method="post"><input name="subject"><button>Go on</button></form>');
}

createServer((request, response) => {
  if (request.url.startsWith("/interaction/")) {
    interact(request, response).catch((error) => response.writeHead(500).end(String(error)));
  } else {
    handle(request, response);
  }
}).listen(given.port, "localhost", () => console.log("ready"));
