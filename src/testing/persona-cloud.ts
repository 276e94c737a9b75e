// A cloud with OpenStack's personas: the three roles in the three scopes, and a project that owns something of each kind.

import { TEST_PASSWORD, type TestCloud, type TestCloudOptions, testCloud } from "./cloud.ts";

/** In the order of the columns of a table of outcomes. */
export const PERSONAS = [
  "system-admin",
  "system-reader",
  "domain-admin",
  "project-admin",
  "project-member",
  "project-reader",
] as const;

export type Persona = (typeof PERSONAS)[number];

export interface PersonaCloud extends AsyncDisposable {
  cloud: TestCloud;
  tokens: Record<Persona, string>;
  /** `project`, `domain`, `user`, `image`, `volume`, `network`, `subnet`, `port`, `server`: what the project owns. */
  ids: Record<string, string>;
}

const DOMAIN = "acme";
const TRIES = 2000;
const LATEST = { "x-openstack-nova-api-version": "2.93" };

export async function personaCloud(options: TestCloudOptions = {}): Promise<PersonaCloud> {
  const cloud = await testCloud(options);
  const identity = await cloud.as("key");
  const make = async (path: string, wrapper: string, fields: object): Promise<string> => {
    const answer = await identity.post(path, { [wrapper]: fields });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    return answer.body[wrapper].id;
  };
  const role = async (name: string): Promise<string> =>
    (await identity.get(`/v3/roles?name=${name}`)).body.roles[0].id;

  const domain = await make("/v3/domains", "domain", { name: DOMAIN });
  const project = await make("/v3/projects", "project", { name: "ours", domain_id: domain });
  const places: Record<string, { grant: string; scope: object }> = {
    system: { grant: "/v3/system", scope: { system: { all: true } } },
    domain: { grant: `/v3/domains/${domain}`, scope: { domain: { id: domain } } },
    project: { grant: `/v3/projects/${project}`, scope: { project: { id: project } } },
  };
  const tokens = {} as Record<Persona, string>;
  for (const persona of PERSONAS) {
    const [place, roleName] = persona.split("-") as [string, string];
    const { grant, scope } = places[place]!;
    const user = await make("/v3/users", "user", {
      name: persona,
      domain_id: domain,
      password: TEST_PASSWORD,
    });
    await identity.put(`${grant}/users/${user}/roles/${await role(roleName)}`);
    const password = { user: { id: user, password: TEST_PASSWORD } };
    const answer = await cloud.request("key", "POST", "/v3/auth/tokens", {
      auth: { identity: { methods: ["password"], password }, scope },
    });
    if (answer.status !== 201) throw new Error(`no token for ${persona}: ${answer.text}`);
    tokens[persona] = answer.headers.get("x-subject-token")!;
  }
  const ids = { domain, project, ...(await belongings(cloud, tokens["project-admin"], project)) };
  return { cloud, tokens, ids, [Symbol.asyncDispose]: () => cloud[Symbol.asyncDispose]() };
}

/** What the project owns, made by its administrator, who may under either setting. */
async function belongings(cloud: TestCloud, token: string, project: string): Promise<Record<string, string>> {
  const ask = async (window: string, method: string, path: string, body?: unknown, headers = {}) => {
    const answer = await cloud.request(window, method, path, body, { "x-auth-token": token, ...headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const image = await ask("g-api", "POST", "/v2/images", {
    name: "ours",
    disk_format: "raw",
    container_format: "bare",
    visibility: "private",
  });
  await ask("g-api", "PUT", `/v2/images/${image.id}/file`, new Uint8Array(512), {
    "content-type": "application/octet-stream",
  });
  const { network } = await ask("q-svc", "POST", "/v2.0/networks", { network: { name: "ours" } });
  const { subnet } = await ask("q-svc", "POST", "/v2.0/subnets", {
    subnet: { network_id: network.id, ip_version: 4, cidr: "10.9.0.0/24" },
  });
  const { port } = await ask("q-svc", "POST", "/v2.0/ports", { port: { network_id: network.id } });
  const { volume } = await ask("c-api", "POST", `/v3/${project}/volumes`, { volume: { size: 1 } });
  const { server } = await ask(
    "n-api",
    "POST",
    "/v2.1/servers",
    { server: { name: "ours", imageRef: image.id, flavorRef: "1", networks: "none" } },
    LATEST,
  );
  const building = async () =>
    (await ask("n-api", "GET", `/v2.1/servers/${server.id}`)).server.status === "BUILD";
  for (let tries = 0; tries < TRIES && (await building()); tries++) await Bun.sleep(5);
  return {
    image: image.id,
    network: network.id,
    subnet: subnet.id,
    port: port.id,
    volume: volume.id,
    server: server.id,
  };
}
