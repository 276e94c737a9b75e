// What is sent to a route. Actions share a path: each is a line of its own in the table, told apart by the rule it asks.

import type { Route } from "../../../src/http/api.ts";
import { mutants } from "../../../src/testing/mutants.ts";
import type { World } from "./world.ts";

const HOST = "testhost";
const UUID = "5e8e5957-649f-477b-9e5b-f1f75b21c03c";

/** By the rule that decides. Routes that are not actions get what their schema takes. */
export const ACTIONS: Readonly<Record<string, unknown>> = {
  "os_compute_api:servers:start": { "os-start": null },
  "os_compute_api:servers:stop": { "os-stop": null },
  "os_compute_api:os-pause-server:pause": { pause: null },
  "os_compute_api:os-pause-server:unpause": { unpause: null },
  "os_compute_api:os-suspend-server:suspend": { suspend: null },
  "os_compute_api:os-suspend-server:resume": { resume: null },
  "os_compute_api:os-unrescue": { unrescue: null },
  "os_compute_api:servers:reboot": { reboot: { type: "SOFT" } },
  "os_compute_api:os-lock-server:lock": { lock: null },
  "os_compute_api:os-lock-server:unlock": { unlock: null },
  "os_compute_api:servers:trigger_crash_dump": { trigger_crash_dump: null },
  "os_compute_api:os-admin-password": { changePassword: { adminPass: "secret" } },
  "os_compute_api:os-admin-actions:reset_state": { "os-resetState": { state: "active" } },
  "os_compute_api:os-admin-actions:inject_network_info": { injectNetworkInfo: null },
  "os_compute_api:os-admin-actions:reset_network": { resetNetwork: null },
  "os_compute_api:os-rescue": { rescue: {} },
  "os_compute_api:os-shelve:shelve": { shelve: null },
  "os_compute_api:os-shelve:shelve_offload": { shelveOffload: null },
  "os_compute_api:os-shelve:unshelve": { unshelve: null },
  "os_compute_api:os-deferred-delete:force": { forceDelete: null },
  "os_compute_api:os-deferred-delete:restore": { restore: null },
  "os_compute_api:servers:resize": { resize: { flavorRef: "2" } },
  "os_compute_api:servers:confirm_resize": { confirmResize: null },
  "os_compute_api:servers:revert_resize": { revertResize: null },
  "os_compute_api:servers:rebuild": { rebuild: { imageRef: UUID } },
  "os_compute_api:os-migrate-server:migrate": { migrate: { host: HOST } },
  "os_compute_api:os-migrate-server:migrate_live": {
    "os-migrateLive": { host: null, block_migration: "auto" },
  },
  "os_compute_api:os-evacuate": { evacuate: { host: HOST } },
  "os_compute_api:servers:create_image": { createImage: { name: "copy" } },
  "os_compute_api:os-create-backup": { createBackup: { name: "b", backup_type: "daily", rotation: 1 } },
  "os_compute_api:os-console-output": { "os-getConsoleOutput": {} },
  "os_compute_api:os-remote-consoles": { "os-getVNCConsole": { type: "novnc" } },
  "os_compute_api:os-security-groups:add": { addSecurityGroup: { name: "default" } },
  "os_compute_api:os-security-groups:remove": { removeSecurityGroup: { name: "default" } },
  "os_compute_api:os-multinic:add": { addFixedIp: { networkId: UUID } },
  "os_compute_api:os-multinic:remove": { removeFixedIp: { address: "10.0.0.9" } },
  "os_compute_api:os-floating-ips:add": { addFloatingIp: { address: "172.24.4.9" } },
  "os_compute_api:os-floating-ips:remove": { removeFloatingIp: { address: "172.24.4.9" } },
  "os_compute_api:os-flavor-access:add_tenant_access": { addTenantAccess: { tenant: UUID } },
  "os_compute_api:os-flavor-access:remove_tenant_access": { removeTenantAccess: { tenant: UUID } },
  "os_compute_api:os-aggregates:add_host": { add_host: { host: HOST } },
  "os_compute_api:os-aggregates:remove_host": { remove_host: { host: HOST } },
  "os_compute_api:os-aggregates:set_metadata": { set_metadata: { metadata: { a: "b" } } },
  "volume_extension:volume_actions:reserve": { "os-reserve": {} },
  "volume_extension:volume_actions:unreserve": { "os-unreserve": {} },
  "volume_extension:volume_actions:begin_detaching": { "os-begin_detaching": {} },
  "volume_extension:volume_actions:roll_detaching": { "os-roll_detaching": {} },
  "volume_extension:volume_actions:attach": { "os-attach": { instance_uuid: UUID, mountpoint: "/dev/vdb" } },
  "volume_extension:volume_actions:detach": { "os-detach": {} },
  "volume_extension:volume_actions:initialize_connection": { "os-initialize_connection": { connector: {} } },
  "volume_extension:volume_actions:terminate_connection": { "os-terminate_connection": { connector: {} } },
  "volume_extension:volume_admin_actions:force_detach": { "os-force_detach": { connector: {} } },
  "volume:extend": { "os-extend": { new_size: 2 } },
  "volume:retype": { "os-retype": { new_type: "gold" } },
  "volume:update": { "os-set_bootable": { bootable: true } },
  "volume:update_readonly_flag": { "os-update_readonly_flag": { readonly: true } },
  "volume:revert_to_snapshot": { revert: { snapshot_id: UUID } },
  "volume:reimage": { "os-reimage": { image_id: UUID } },
  "volume_extension:volume_actions:upload_image": { "os-volume_upload_image": { image_name: "copy" } },
  "volume_extension:volume_image_metadata:set": { "os-set_image_metadata": { metadata: { a: "b" } } },
  "volume:get_volume_metadata": { "os-show_image_metadata": {} },
  "volume_extension:volume_image_metadata:remove": { "os-unset_image_metadata": { key: "a" } },
  "volume_extension:volume_admin_actions:reset_status": { "os-reset_status": { status: "available" } },
  "volume_extension:volume_admin_actions:force_delete": { "os-force_delete": {} },
  "volume_extension:volume_admin_actions:migrate_volume": { "os-migrate_volume": { host: "h@b#p" } },
  "volume_extension:volume_admin_actions:migrate_volume_completion": {
    "os-migrate_volume_completion": { new_volume: UUID },
  },
  "volume_extension:volume_unmanage": { "os-unmanage": {} },
  "volume_extension:snapshot_admin_actions:reset_status": { "os-reset_status": { status: "available" } },
  "volume_extension:snapshot_admin_actions:force_delete": { "os-force_delete": {} },
  "snapshot_extension:snapshot_actions:update_snapshot_status": {
    "os-update_snapshot_status": { status: "creating", progress: "1%" },
  },
  "snapshot_extension:snapshot_unmanage": { "os-unmanage": {} },
  "volume_extension:volume_type_access:addProjectAccess": { addProjectAccess: { project: UUID } },
  "volume_extension:volume_type_access:removeProjectAccess": { removeProjectAccess: { project: UUID } },
};

/**
 * For routes whose schema alone gives no body that a service takes as far as its policy: `WINDOW METHOD PATH` → the body;
 * the identifiers of things that are there in place of `@PROJECT` and `@NETWORK`.
 */
const BODIES: Readonly<Record<string, unknown>> = {
  "key POST /v3/users/:user_id/credentials/OS-EC2": { tenant_id: "@PROJECT" },
  "g-api POST /v2/metadefs/namespaces": { namespace: "mine" },
  "g-api PUT /v2/metadefs/namespaces/:namespace": { namespace: "shared" },
  "g-api POST /v2/metadefs/namespaces/:namespace/resource_types": { name: "OS::Nova::Server" },
  "g-api POST /v2/metadefs/namespaces/:namespace/objects": { name: "o" },
  "g-api PUT /v2/metadefs/namespaces/:namespace/objects/:name": { name: "o" },
  "g-api POST /v2/metadefs/namespaces/:namespace/properties": { name: "p", title: "P", type: "string" },
  "g-api PUT /v2/metadefs/namespaces/:namespace/properties/:name": { name: "p", title: "P", type: "string" },
  "g-api POST /v2/metadefs/namespaces/:namespace/tags/:name": undefined,
  "g-api PUT /v2/metadefs/namespaces/:namespace/tags/:name": { name: "t" },
  "q-svc PUT /v2.0/networks/:id": { network: { name: "x" } },
  "q-svc POST /v2.0/subnets": { subnet: { network_id: "@NETWORK", ip_version: 4, cidr: "10.91.0.0/24" } },
  "q-svc PUT /v2.0/subnets/:id": { subnet: { name: "x" } },
  "q-svc PUT /v2.0/ports/:id": { port: { name: "x" } },
  "q-svc PUT /v2.0/routers/:id": { router: { name: "x" } },
  "q-svc PUT /v2.0/floatingips/:id": { floatingip: { description: "x" } },
  "q-svc POST /v2.0/floatingips/:floatingip_id/port_forwardings": {
    port_forwarding: {
      protocol: "tcp",
      external_port: 80,
      internal_port: 80,
      internal_ip_address: "10.77.0.5",
      internal_port_id: UUID,
    },
  },
  "q-svc PUT /v2.0/floatingips/:floatingip_id/port_forwardings/:id": {
    port_forwarding: { external_port: 81 },
  },
  "q-svc PUT /v2.0/security-groups/:id": { security_group: { name: "x" } },
  "q-svc PUT /v2.0/subnetpools/:id": { subnetpool: { name: "x" } },
  "q-svc PUT /v2.0/address-scopes/:id": { address_scope: { name: "x" } },
  "q-svc PUT /v2.0/address-groups/:id": { address_group: { name: "x" } },
  "q-svc PUT /v2.0/agents/:id": { agent: { description: "x" } },
  "q-svc POST /v2.0/metering/metering-labels": { metering_label: { name: "x" } },
  "q-svc POST /v2.0/metering/metering-label-rules": {
    metering_label_rule: { metering_label_id: UUID, remote_ip_prefix: "10.0.0.0/24", direction: "ingress" },
  },
  "q-svc POST /v2.0/flavors": { flavor: { name: "x", service_type: "L3_ROUTER_NAT" } },
  "q-svc PUT /v2.0/flavors/:id": { flavor: { name: "x" } },
  "q-svc POST /v2.0/service_profiles": { service_profile: { driver: "x" } },
  "q-svc PUT /v2.0/service_profiles/:id": { service_profile: { description: "x" } },
  "c-api PUT /snapshots/:id": { snapshot: { name: "x" } },
  "c-api POST /snapshots/:snapshot_id/metadata": { metadata: { a: "b" } },
  "c-api PUT /snapshots/:snapshot_id/metadata": { metadata: { a: "b" } },
  "c-api PUT /snapshots/:snapshot_id/metadata/:key": { meta: { [UUID]: "b" } },
  "c-api POST /backups/import_record": { "backup-record": { backup_service: "x", backup_url: "e30=" } },
  "n-api PUT /servers/:server_id/metadata/:key": { meta: { [UUID]: "b" } },
  "n-api POST /servers/:server_id/os-volume_attachments": { volumeAttachment: { volumeId: UUID } },
  "n-api PUT /servers/:server_id/os-volume_attachments/:id": { volumeAttachment: { volumeId: UUID } },
  "n-api PUT /os-security-groups/:id": { security_group: { name: "x", description: "x" } },
  "n-api POST /os-networks/:id/action": { disassociate: null },
  "n-api POST /os-keypairs": { keypair: { name: "mine", public_key: "ssh-rsa AAAA" } },
};

/** Asked beside the rule of another action, never alone: no line of their own. */
const BESIDE = new Set([
  "volume:get",
  "volume:delete",
  "volume:delete_snapshot",
  "volume:multiattach",
  "volume:extend_attached_volume",
  "volume:reimage_reserved",
  "volume_extension:volume_actions:upload_public",
  "os_compute_api:flavors",
  "os_compute_api:os-aggregates:index",
]);

/** A line of the table: a route, and for one of several actions the rule that decides. */
export interface Line {
  window: string;
  method: string;
  path: string;
  rule: string;
}

export function linesOf(window: string, routes: readonly Route[]): (Line & { route: Route })[] {
  const lines = new Map<string, Line & { route: Route }>();
  for (const route of routes) {
    for (const rule of decidingRules(route)) {
      const { method, path } = route;
      lines.set(keyOf({ window, method, path, rule }), { window, method, path, rule, route });
    }
  }
  return [...lines.values()];
}

export const keyOf = ({ window, method, path, rule }: Line) => `${window} ${method} ${path} ${rule}`;

function decidingRules({ method, path, access }: Route): readonly string[] {
  if (typeof access === "string") return [access];
  const asked = access.handlerAsks;
  if (asked.length > 1 && method === "POST" && /^\/[a-z-]+\/:\w+\/action$/.test(path)) {
    const actions = asked.filter((rule) => rule in ACTIONS);
    const unknown = asked.filter((rule) => !(rule in ACTIONS) && !BESIDE.has(rule));
    if (actions.length > 0) return [...actions, ...unknown];
  }
  return [asked[0] ?? "token"];
}

export function bodyFor(
  world: World,
  { window, route, rule }: { window: string; route: Route; rule: string },
): unknown {
  if (!["POST", "PUT", "PATCH"].includes(route.method)) return undefined;
  const key = `${window} ${route.method} ${route.path}`;
  if (key in BODIES) return pointed(world, BODIES[key]);
  if (window === "q-svc" && route.path.endsWith("/tags")) return { tags: ["a"] };
  if (route.path.endsWith("/action") && rule in ACTIONS) return ACTIONS[rule];
  const { body: schema } = route;
  if (schema === undefined) return {};
  const schemas = Array.isArray(schema) ? schema.map(([, inner]) => inner as object) : [schema as object];
  const first = mutants(schemas.at(-1) ?? {}).next();
  return first.done ? {} : first.value;
}

function pointed(world: World, body: unknown): unknown {
  if (body === undefined) return undefined;
  const text = JSON.stringify(body)
    .replace("@PROJECT", world.projectId)
    .replace("@NETWORK", world.things.get("q-svc /v2.0/networks/:")?.id ?? "");
  return JSON.parse(text);
}

/** The requests that name what they are about in a header. */
export function headersBeside(world: World, { method, path }: Line): Record<string, string> {
  if (path === "/v3/auth/tokens" && method !== "POST") return { "x-subject-token": world.subject };
  return method === "COPY" ? { destination: "box/copy" } : {};
}
