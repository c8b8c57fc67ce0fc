// An OpenID provider that is not ours (oidc-provider), on localhost. Its one argument is JSON: port, portal, slug, clientId, clientSecret,
// algorithm, and accounts ({subject: claims}). Whoever enters a subject is signed in; there are no passwords.
//
// It misbehaves as the last `POST /twist` said (JSON): `account` replaces claims of accounts, which it signs itself. The rest alters
// its answers on their way out: `claims`, `algorithm`, `foreign` (a key of somebody else's) of the ID token, `status` of the token
// endpoint, `discovery` (parts of the document).
import { createHmac, createPrivateKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const given = JSON.parse(process.argv[2]);
const issuer = `http://localhost:${given.port}`;
const ours = `${given.portal}/accounts/sso/${given.slug}`;

function key(alg, type, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg, use: "sig" };
}

const keys = {
  RS256: key("RS256", "rsa", { modulusLength: 2048 }),
  ES256: key("ES256", "ec", { namedCurve: "P-256" }),
};
let twist = {};

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
  jwks: { keys: Object.values(keys) },
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
  findAccount: (_context, sub) => given.accounts[sub] && { accountId: sub, claims: () => ({ sub, ...given.accounts[sub], ...twist.account }) },
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

async function bodyOf(request) {
  let body = "";
  for await (const part of request) body += part;
  return body;
}

async function interact(request, response) {
  if (request.method === "POST") {
    const form = new URLSearchParams(await bodyOf(request));
    const outcome = form.has("cancel") ? { error: "access_denied" } : { login: { accountId: form.get("subject") } };
    await provider.interactionFinished(request, response, outcome);
    return;
  }
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end('<!doctype html><title>Provider</title><link rel="icon" href="data:,"><h1>Who are you?</h1><form method="post"><input name="subject"><button>Go on</button><button name="cancel">Cancel</button></form>');
}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

// The ID token as it would be with other claims or another signature.
function forged(token) {
  const [header, claims] = token.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
  const alg = twist.algorithm ?? header.alg;
  const content = `${encoded({ ...header, alg })}.${encoded({ ...claims, ...twist.claims })}`;
  return `${content}.${signature(alg, content)}`;
}

function signature(alg, content) {
  if (alg === "none") return "";
  if (alg === "HS256") return createHmac("sha256", given.clientSecret).update(content).digest("base64url");
  const jwk = twist.foreign ? key("ES256", "ec", { namedCurve: "P-256" }) : keys[alg];
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  return sign("sha256", content, { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
}

const alterations = {
  "/token": (answer) => ({ ...answer, id_token: forged(answer.id_token) }),
  "/.well-known/openid-configuration": (answer) => ({ ...answer, ...twist.discovery }),
};

// Let the answer pass through `change` on its way out.
function altered(response, change) {
  const end = response.end.bind(response);
  response.end = (body) => {
    const answer = JSON.parse(body);
    const sent = JSON.stringify(answer.error ? answer : change(answer));
    response.setHeader("Content-Length", Buffer.byteLength(sent));
    return end(sent);
  };
}

createServer((request, response) => {
  if (request.url === "/twist") {
    bodyOf(request).then((body) => {
      twist = JSON.parse(body);
      response.writeHead(204).end();
    });
  } else if (request.url === "/token" && twist.status) {
    response.writeHead(twist.status).end("down");
  } else if (request.url.startsWith("/interaction/")) {
    interact(request, response).catch((error) => response.writeHead(500).end(String(error)));
  } else {
    const change = Object.keys(twist).length > 0 && alterations[request.url];
    if (change) altered(response, change);
    handle(request, response);
  }
}).listen(given.port, "localhost", () => console.log("ready"));
