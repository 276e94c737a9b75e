// A cloud with one project that owns one of everything, and the people who ask for it.

import { type TokenFacts, tokenValidator } from "../../../src/http/auth.ts";
import { encrypt } from "../../../src/identity/tokens/fernet.ts";
import { loadKeys } from "../../../src/identity/tokens/keys.ts";
import { encodePayload } from "../../../src/identity/tokens/payload.ts";
import type { Target } from "../../../src/policy/parse.ts";
import { TEST_PASSWORD, type TestCloud, testCloud } from "../../../src/testing/cloud.ts";

/**
 * In the columns' order. `outsider` is a member of another project. While "secure RBAC" is not enforced, the role admin in
 * any project makes an administrator of the whole cloud: `outadmin`, who is admin of another project, may do
 * everywhere what `admin`, who is admin of this one, may.
 */
export const PERSONAS = [
  "nobody",
  "expired",
  "disabled",
  "outsider",
  "reader",
  "member",
  "outadmin",
  "admin",
] as const;
export type Persona = (typeof PERSONAS)[number];
/** Those whose token holds. */
export const KNOWN = ["outsider", "reader", "member", "outadmin", "admin"] as const;

/** A thing that stands in a path. */
export interface Thing {
  id: string;
  /** The project's own; else everybody's. */
  owned: boolean;
}

export interface World extends AsyncDisposable {
  cloud: TestCloud;
  tokens: Record<Exclude<Persona, "nobody">, string>;
  facts: Record<(typeof KNOWN)[number], TokenFacts>;
  /** By window and path up to the parameter: `n-api /servers/:`. */
  things: ReadonlyMap<string, Thing>;
  /** What policy is asked about when a thing of the project is meant, and when one of everybody's is. */
  owned: Target;
  shared: Target;
  /** Another token of the member's, to be looked at. */
  subject: string;
  projectId: string;
}

export async function makeWorld(): Promise<World> {
  const cloud = await testCloud();
  const things = new Map<string, Thing>();
  const admin = await cloud.as("key");
  const identity = async (path: string, wrapper: string, fields: object): Promise<string> => {
    const answer = await admin.post(path, { [wrapper]: fields });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    return String(answer.body[wrapper].id);
  };
  const roleId = async (name: string) =>
    (await admin.get(`/v3/roles?name=${name}`)).body.roles[0].id as string;
  const person = async (name: string, project: string, role: string): Promise<string> => {
    const id = await identity("/v3/users", "user", { name, password: TEST_PASSWORD });
    await admin.put(`/v3/projects/${project}/users/${id}/roles/${await roleId(role)}`);
    return id;
  };

  const projectId = await identity("/v3/projects", "project", { name: "ours" });
  const otherId = await identity("/v3/projects", "project", { name: "others" });
  const memberId = await person("member", projectId, "member");
  const readerId = await person("reader", projectId, "reader");
  const adminId = await person("boss", projectId, "admin");
  await person("outsider", otherId, "member");
  await person("outadmin", otherId, "admin");
  const disabledId = await person("disabled", projectId, "admin");
  const tokens = {
    expired: expiredToken(cloud, adminId, projectId),
    disabled: await cloud.token("disabled", "ours"),
    outsider: await cloud.token("outsider", "others"),
    reader: await cloud.token("reader", "ours"),
    member: await cloud.token("member", "ours"),
    outadmin: await cloud.token("outadmin", "others"),
    admin: await cloud.token("boss", "ours"),
  };
  await admin.patch(`/v3/users/${disabledId}`, { user: { enabled: false } });

  /** Makes a thing as the member, or with `by` as another, and says where it stands in paths. */
  const make = async (
    window: string,
    path: string,
    wrapper: string,
    fields: object,
    places: readonly string[],
    { by = "member", method = "POST" }: { by?: "member" | "admin"; method?: string } = {},
  ): Promise<string> => {
    const headers = { "x-auth-token": tokens[by], ...VERSIONS[window] };
    const body = wrapper === "" ? fields : { [wrapper]: fields };
    const answer = await cloud.request(window, method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    const made = wrapper === "" ? answer.body : answer.body[wrapper];
    const id = String(made?.id ?? made?.name);
    for (const place of places) things.set(`${window} ${place}`, { id, owned: by === "member" });
    return id;
  };
  const shared = (window: string, place: string, id: string) =>
    things.set(`${window} ${place}`, { id, owned: false });
  const owned = (window: string, place: string, id: string) =>
    things.set(`${window} ${place}`, { id, owned: true });

  // Identity: what is the member's own; what is everybody's.
  for (const place of [
    "/v3/users/:",
    "/v2.0/users/:",
    "/v2.0/OS-KSCRUD/users/:",
    "/v3/system/users/:",
    "/v3/projects/:/users/:",
    "/v3/domains/:/users/:",
    "/v3/groups/:/users/:",
  ])
    owned("key", place, memberId);
  for (const place of ["/v3/projects/:", "/v2.0/tenants/:", "/v3/OS-EP-FILTER/projects/:"])
    owned("key", place, projectId);
  shared("key", "/v3/domains/:", "default");
  shared("key", "/v3/roles/:", await roleId("reader"));
  shared("key", "/v3/projects/:/users/:/roles/:", await roleId("member"));
  shared("key", "/v3/regions/:", "RegionOne");
  const { services } = (await admin.get("/v3/services?type=identity")).body;
  shared("key", "/v3/services/:", services[0].id);
  shared("key", "/v2.0/OS-KSADM/services/:", services[0].id);
  const { endpoints } = (await admin.get("/v3/endpoints")).body;
  shared("key", "/v3/endpoints/:", endpoints[0].id);
  shared("key", "/v3/groups/:", await identity("/v3/groups", "group", { name: "crew" }));
  const blob = { type: "x", blob: "secret", user_id: memberId };
  await make("key", "/v3/credentials", "credential", blob, ["/v3/credentials/:"]);
  const rule = { path: "/v2.1/servers", method: "GET", service: "compute" };
  await make(
    "key",
    `/v3/users/${memberId}/application_credentials`,
    "application_credential",
    { name: "mine", access_rules: [rule] },
    ["/v3/users/:/application_credentials/:"],
  );
  const rules = await (await cloud.as("key", "member", "ours")).get(`/v3/users/${memberId}/access_rules`);
  owned("key", "/v3/users/:/access_rules/:", rules.body.access_rules[0].id);
  const trust = {
    trustor_user_id: memberId,
    trustee_user_id: readerId,
    project_id: projectId,
    impersonation: false,
    roles: [{ name: "member" }],
  };
  await make("key", "/v3/OS-TRUST/trusts", "trust", trust, ["/v3/OS-TRUST/trusts/:"]);
  const ec2 = await (await cloud.as("key", "member", "ours")).post(
    `/v3/users/${memberId}/credentials/OS-EC2`,
    { tenant_id: projectId },
  );
  for (const place of ["/v3/users/:/credentials/OS-EC2/:", "/v2.0/users/:/credentials/OS-EC2/:"])
    owned("key", place, ec2.body.credential.access);
  const limit = { service_id: services[0].id, resource_name: "things", default_limit: 5 };
  const registered = await admin.post("/v3/registered_limits", { registered_limits: [limit] });
  shared("key", "/v3/registered_limits/:", registered.body.registered_limits[0].id);
  const ours = {
    project_id: projectId,
    service_id: services[0].id,
    resource_name: "things",
    resource_limit: 3,
  };
  const limits = await admin.post("/v3/limits", { limits: [ours] });
  owned("key", "/v3/limits/:", limits.body.limits[0].id);
  shared("key", "/v3/policies/:", await identity("/v3/policies", "policy", { type: "x", blob: "x" }));

  await admin.put(`/v3/groups/${things.get("key /v3/groups/:")?.id}/users/${memberId}`);
  await admin.put("/v3/domains/default/config", { config: { identity: { driver: "sql" } } });
  for (const place of ["/v3/domains/config/:", "/v3/domains/:/config/:"]) shared("key", place, "identity");
  for (const place of ["/v3/domains/config/:/:", "/v3/domains/:/config/:/:"]) shared("key", place, "driver");
  const policyPath = `/v3/policies/${things.get("key /v3/policies/:")?.id}/OS-ENDPOINT-POLICY/endpoints`;
  await admin.put(`${policyPath}/${endpoints[0].id}`);
  const federation = "/v3/OS-FEDERATION";
  const mapping = { rules: [{ local: [{ user: { name: "{0}" } }], remote: [{ type: "UserName" }] }] };
  await admin.put(`${federation}/mappings/m`, { mapping });
  await admin.put(`${federation}/identity_providers/idp`, { identity_provider: { domain_id: "default" } });
  await admin.put(`${federation}/identity_providers/idp/protocols/saml2`, { protocol: { mapping_id: "m" } });
  const far = { auth_url: "https://far/auth", sp_url: "https://far/sp" };
  await admin.put(`${federation}/service_providers/far`, { service_provider: far });
  shared("key", `${federation}/mappings/:`, "m");
  shared("key", `${federation}/identity_providers/:`, "idp");
  shared("key", `${federation}/identity_providers/:/protocols/:`, "saml2");
  shared("key", `${federation}/service_providers/:`, "far");
  const subject = await issue(cloud, "member", "ours");
  owned("key", "/v2.0/tokens/:", subject);
  owned("key", "/v3/auth/tokens", subject);

  // Image
  const image = { name: "ours", disk_format: "raw", container_format: "bare" };
  const imageId = await make("g-api", "/v2/images", "", image, [
    "/v2/images/:",
    "/v2/cache/:",
    "/v2/stores/:/:",
  ]);
  await cloud.request("g-api", "PUT", `/v2/images/${imageId}/file`, "bytes", {
    "x-auth-token": tokens.member,
    "content-type": "application/octet-stream",
  });
  for (const place of ["/images/:"]) owned("n-api", place, imageId);
  const namespace = { namespace: "shared", visibility: "public" };
  await make("g-api", "/v2/metadefs/namespaces", "", namespace, [], { by: "admin" });
  shared("g-api", "/v2/metadefs/namespaces/:", "shared");

  // Network
  const network = async (noun: string, fields: object, by: "member" | "admin" = "member") => {
    const path = `/v2.0/${noun}s`;
    return make("q-svc", path, noun.replaceAll("-", "_"), fields, [`${path}/:`], { by });
  };
  const networkId = await network("network", { name: "ours" });
  await network("subnet", { network_id: networkId, ip_version: 4, cidr: "10.77.0.0/24" });
  const portId = await network("port", { network_id: networkId });
  await network("router", { name: "ours" });
  const groupId = await network("security-group", { name: "ours" });
  await network("security-group-rule", { security_group_id: groupId, direction: "ingress" });
  await network("address-group", { name: "ours", addresses: ["10.1.0.0/24"] });
  await network("address-scope", { name: "ours", ip_version: 4 });
  await network("subnetpool", { name: "ours", prefixes: ["10.80.0.0/16"], default_prefixlen: 24 });
  const publicNet = (
    await cloud.request("q-svc", "GET", "/v2.0/networks?router:external=true", undefined, {
      "x-auth-token": tokens.admin,
    })
  ).body.networks[0];
  const floatingId = await network("floatingip", { floating_network_id: publicNet.id });
  owned("q-svc", "/v2.0/floatingips/:", floatingId);
  for (const place of ["/v2.0/quotas/:", "/v2.0/auto-allocated-topology/:"]) owned("q-svc", place, projectId);
  owned("n-api", "/os-floating-ips/:", floatingId);
  owned("n-api", "/os-security-groups/:", groupId);
  for (const place of ["/os-networks/:", "/os-tenant-networks/:"]) owned("n-api", place, networkId);

  // Block storage
  const volumes = `/v3/${projectId}`;
  const volumeId = await make("c-api", `${volumes}/volumes`, "volume", { name: "ours", size: 1 }, [
    "/volumes/:",
  ]);
  owned("n-api", "/os-volumes/:", volumeId);
  await settle(cloud, "c-api", `${volumes}/volumes/${volumeId}`, tokens.member, /"status":\s*"available"/);
  const snapshotId = await make(
    "c-api",
    `${volumes}/snapshots`,
    "snapshot",
    { name: "ours", volume_id: volumeId },
    ["/snapshots/:"],
  );
  await settle(
    cloud,
    "c-api",
    `${volumes}/snapshots/${snapshotId}`,
    tokens.member,
    /"status":\s*"available"/,
  );
  owned("n-api", "/os-snapshots/:", snapshotId);
  for (const place of ["/os-quota-sets/:", "/default-types/:"]) owned("c-api", place, projectId);
  await make("c-api", `${volumes}/types`, "volume_type", { name: "gold" }, ["/types/:"], { by: "admin" });
  const defaultType = { default_type: { volume_type: "gold" } };
  const versioned = { "x-auth-token": tokens.admin, ...VERSIONS["c-api"] };
  await cloud.request("c-api", "PUT", `/v3/default-types/${projectId}`, defaultType, versioned);
  await make("c-api", `${volumes}/qos-specs`, "qos_specs", { name: "fast" }, ["/qos-specs/:"], {
    by: "admin",
  });

  // Compute
  await make("n-api", "/v2.1/os-keypairs", "keypair", { name: "ours" }, ["/os-keypairs/:"]);
  await make("n-api", "/v2.1/os-server-groups", "server_group", { name: "ours", policy: "affinity" }, [
    "/os-server-groups/:",
  ]);
  const server = { name: "ours", flavorRef: "1", imageRef: imageId, networks: [{ port: portId }] };
  const serverId = await make("n-api", "/v2.1/servers", "server", server, ["/servers/:"]);
  await settle(cloud, "n-api", `/v2.1/servers/${serverId}`, tokens.member, /"status":\s*"ACTIVE"/);
  owned("n-api", "/os-volumes_boot/:", serverId);
  shared("n-api", "/flavors/:", "1");
  for (const place of ["/os-quota-sets/:", "/os-simple-tenant-usage/:"]) owned("n-api", place, projectId);
  owned("n-api", "/servers/:/os-interface/:", portId);
  owned("placement-api", "/allocations/:", serverId);
  shared("placement-api", "/resource_classes/:", "VCPU");
  shared("placement-api", "/traits/:", "HW_CPU_X86_AVX");

  // Objects
  const account = `/v1/AUTH_${projectId}`;
  for (const [path, body] of [
    [`${account}/box`, ""],
    [`${account}/box/thing`, "bytes"],
  ] as const) {
    await cloud.request("swift", "PUT", path, body, { "x-auth-token": tokens.member });
  }
  owned("swift", "/v1/AUTH_:", projectId);
  owned("swift", "/v1/AUTH_:/:", "box");
  owned("swift", "/v1/AUTH_:/:/:", "thing");

  const validator = cloud.cloud.peers.get(tokenValidator);
  const factsOf = (token: string) => {
    const facts = validator.validate(token);
    if (!facts) throw new Error("a token of the walk does not hold");
    return facts;
  };
  return {
    cloud,
    tokens,
    things,
    projectId,
    subject,
    shared: { target: { domain: { id: "default" } } },
    facts: {
      outsider: factsOf(tokens.outsider),
      reader: factsOf(tokens.reader),
      member: factsOf(tokens.member),
      outadmin: factsOf(tokens.outadmin),
      admin: factsOf(tokens.admin),
    },
    owned: {
      project_id: projectId,
      tenant_id: projectId,
      "network:tenant_id": projectId,
      "security_group:tenant_id": projectId,
      "ext_parent:tenant_id": projectId,
      user_id: memberId,
      target: {
        user: { id: memberId, domain_id: "default" },
        project: { id: projectId, domain_id: "default" },
        credential: { user_id: memberId },
        token: { user_id: memberId },
        trust: { trustor_user_id: memberId, trustee_user_id: readerId },
        limit: { project_id: projectId, project: { id: projectId, domain_id: "default" } },
      },
    },
    [Symbol.asyncDispose]: () => cloud[Symbol.asyncDispose](),
  };
}

const VERSIONS: Record<string, Record<string, string>> = {
  "n-api": { "openstack-api-version": "compute 2.91" },
  "c-api": { "openstack-api-version": "volume 3.70" },
};

/** Sealed with the cloud's own key, for a time that has passed. */
function expiredToken(cloud: TestCloud, userId: string, projectId: string): string {
  const issuedAtMs = Date.now() - 7_200_000;
  const payload = encodePayload({
    userId,
    methods: ["password"],
    scope: { kind: "project", projectId },
    issuedAtMs,
    expiresAtMs: issuedAtMs + 3_600_000,
    auditIds: ["AAAAAAAAAAAAAAAAAAAAAA"],
  });
  const [key] = loadKeys(cloud.paths.dir("fernet-keys"));
  if (!key) throw new Error("no key to seal a token with");
  return encrypt(key, payload, issuedAtMs);
}

async function issue(cloud: TestCloud, user: string, project: string): Promise<string> {
  const domain = { id: "default" };
  const auth = {
    identity: { methods: ["password"], password: { user: { name: user, domain, password: TEST_PASSWORD } } },
    scope: { project: { name: project, domain } },
  };
  const answer = await cloud.request("key", "POST", "/v3/auth/tokens", { auth });
  return answer.headers.get("x-subject-token") ?? "";
}

async function settle(
  cloud: TestCloud,
  window: string,
  path: string,
  token: string,
  done: RegExp,
): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    const { text } = await cloud.request(window, "GET", path, undefined, { "x-auth-token": token });
    if (done.test(text)) return;
    await Bun.sleep(5);
  }
  throw new Error(`${path} never became ${done}`);
}
