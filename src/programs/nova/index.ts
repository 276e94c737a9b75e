// `nova`: the compute client of 2012-2014, with the verbs that later ones have lost. Authority for verbs, options, texts,
// columns and exit statuses: python-novaclient 2.17 (Icehouse) and 2.10 (Folsom), novaclient/shell.py and v1_1/shell.py.
//
// STACK_CLIENT_RELEASE=folsom prints as Folsom did: None, Python's repr, no task states, security groups without ids.
//
// On purpose unlike it: no microversion is asked for, so verbs work with any ceiling of the cloud that has the calls of
// 2.1; lists are followed to their last page; volumes are asked for in whatever version the cloud has; there is no
// keyring and no cache of names; --poll asks every second; an address that ends in /v3 is taken to /v2.0.

import { authenticate, toV2 } from "../auth.ts";
import { type ClientProgram, runClient } from "../client-program.ts";
import { sessionOf } from "../common-options.ts";
import { ClientError, HttpError } from "../errors.ts";
import { usage } from "../help.ts";
import type { Arguments } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import { askPassword } from "../prompt.ts";
import { accountVerbs } from "./account.ts";
import { aggregateVerbs } from "./aggregates.ts";
import { boot } from "./boot.ts";
import { ComputeClient } from "./client.ts";
import { flavorVerbs } from "./flavors.ts";
import { floatingIpVerbs } from "./floating-ips.ts";
import { globalOptions } from "./globals.ts";
import { hostVerbs } from "./hosts.ts";
import { imageVerbs } from "./images.ts";
import { interfaceVerbs } from "./interfaces.ts";
import { keypairVerbs } from "./keypairs.ts";
import { networkVerbs } from "./networks.ts";
import { quotaVerbs } from "./quotas.ts";
import { removedVerbs } from "./removed.ts";
import { securityGroupVerbs } from "./security-groups.ts";
import { serverTaskVerbs } from "./server-tasks.ts";
import { serverVerbs } from "./servers.ts";
import { RELEASES, type Release, Tables } from "./tables.ts";
import type { Verb } from "./verb.ts";
import { volumeVerbs } from "./volumes.ts";

export const verbs: readonly Verb[] = [
  boot,
  ...serverVerbs,
  ...serverTaskVerbs,
  ...imageVerbs,
  ...flavorVerbs,
  ...networkVerbs,
  ...floatingIpVerbs,
  ...securityGroupVerbs,
  ...keypairVerbs,
  ...volumeVerbs,
  ...quotaVerbs,
  ...hostVerbs,
  ...aggregateVerbs,
  ...interfaceVerbs,
  ...removedVerbs,
  ...accountVerbs,
].sort((a, b) => (a.name < b.name ? -1 : 1));

const program: ClientProgram<ComputeClient> = {
  name: "nova",
  description: "Command-line interface to the OpenStack Nova API.",
  version: "2.17.0",
  globals: globalOptions,
  verbs: () => verbs,
  connect,
  finish({ tables, timings }, globals, { out }) {
    if (!globals.flag("timings")) return;
    const seconds = timings.reduce((sum, one) => sum + one.seconds, 0);
    out(tables.list([...timings, { url: "Total", seconds }], ["url", "seconds"], { sortBy: null }));
  },
  usage(failure, layout) {
    const [name, verb = ""] = failure.parser.prog.split(" ");
    const message = failure.message.split(" (choose from")[0];
    return `${usage(failure.parser, layout)}error: ${message}\nTry '${name} help ${verb}' for more information.\n`;
  },
  told: (error) => `ERROR: ${error.message}\n`,
};

export function nova(argv: readonly string[], io: ProgramIo): Promise<number> {
  return runClient(program, argv, io);
}

async function connect(globals: Arguments, io: ProgramIo): Promise<ComputeClient> {
  const given = (dest: string) => globals.text(dest) || null;
  const timings: { url: string; seconds: number }[] = [];
  const session = sessionOf(globals, {
    userAgent: "python-novaclient",
    timed: (url, seconds) => timings.push({ url, seconds }),
    debug: globals.flag("debug") ? (line) => io.err(`\n${line}\n`) : null,
  });
  const endpointType = globals.required("endpoint_type");
  const common = { session, tables: new Tables(releaseOf(io.env)), endpointType, timings };
  const [token, bypass] = [given("os_auth_token"), given("bypass_url")];
  if (token && bypass) {
    return new ComputeClient({ ...common, token, access: null, computeUrl: () => bypass });
  }
  const username = required(given("os_username"), "a username", "--os-username", "OS_USERNAME");
  const [tenantName, tenantId] = [given("os_tenant_name"), given("os_tenant_id")];
  if (!tenantName && !tenantId) {
    throw new ClientError(
      "You must provide a tenant name or tenant id via --os-tenant-name, --os-tenant-id, env[OS_TENANT_NAME] or " +
        "env[OS_TENANT_ID]",
    );
  }
  const authUrl = required(given("os_auth_url"), "an auth url", "--os-auth-url", "OS_AUTH_URL");
  const password = given("os_password") ?? (await askPassword("OS Password: "));
  if (!password) {
    throw new ClientError(
      "Expecting a password provided via either --os-password, env[OS_PASSWORD], or prompted response",
    );
  }
  const region = given("os_region_name");
  try {
    const credentials = { authUrl: toV2(authUrl), username, password, tenantName, tenantId, region };
    const access = await authenticate(session, credentials);
    const type = given("service_type") ?? "compute";
    const computeUrl = () => bypass ?? access.catalog.url({ type, side: endpointType });
    return new ComputeClient({ ...common, token: access.token, access, computeUrl });
  } catch (error) {
    if (!(error instanceof HttpError && error.status === 401)) throw error;
    throw new ClientError("Invalid OpenStack Nova credentials.", { cause: error });
  }
}

/** @throws ClientError */
function required(value: string | null, what: string, option: string, variable: string): string {
  if (value) return value;
  throw new ClientError(`You must provide ${what} via either ${option} or env[${variable}]`);
}

/** @throws ClientError for a release that there is not */
function releaseOf(env: ProgramIo["env"]): Release {
  const given = env["STACK_CLIENT_RELEASE"] || "icehouse";
  const release = RELEASES.find((name) => name === given);
  if (!release)
    throw new ClientError(`STACK_CLIENT_RELEASE is one of ${RELEASES.join(", ")}, not '${given}'`);
  return release;
}
