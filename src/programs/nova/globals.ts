// The options before the verb, with the variables they default to (novaclient/shell.py 2.17).

import { connectionOptions, type Env, firstOf, variableOption } from "../common-options.ts";
import type { OptionSpec } from "../options.ts";

const flag = (name: string, help: string, more: Partial<OptionSpec> = {}): OptionSpec => ({
  names: [`--${name}`],
  kind: "flag",
  help,
  ...more,
});

export function globalOptions(env: Env): OptionSpec[] {
  const option = (name: string, metavar: string, variables: readonly string[], help: string) =>
    variableOption(env, name, metavar, variables, help);
  return [
    flag("debug", "Print debugging output"),
    flag("os-cache", "Keep the token for the next call, where there is a keyring.", {
      default: Boolean(firstOf(env, "OS_CACHE")),
    }),
    { names: ["--no-cache", "--no_cache", "--os_cache"], dest: "os_cache", kind: "flag", help: null },
    flag("timings", "Print call timing info"),
    ...option("os-auth-token", "<auth-token>", ["OS_AUTH_TOKEN"], "Token to use instead of logging in."),
    ...option("os-username", "<auth-user-name>", ["OS_USERNAME", "NOVA_USERNAME"], "Name to log in with."),
    ...option("os-password", "<auth-password>", ["OS_PASSWORD", "NOVA_PASSWORD"], "Password to log in with."),
    ...option(
      "os-tenant-name",
      "<auth-tenant-name>",
      ["OS_TENANT_NAME", "OS_PROJECT_NAME", "NOVA_PROJECT_ID"],
      "Tenant to work in.",
    ),
    ...option(
      "os-tenant-id",
      "<auth-tenant-id>",
      ["OS_TENANT_ID", "OS_PROJECT_ID"],
      "Tenant to work in, by ID.",
    ),
    ...option("os-auth-url", "<auth-url>", ["OS_AUTH_URL", "NOVA_URL"], "Where to log in."),
    ...option(
      "os-region-name",
      "<region-name>",
      ["OS_REGION_NAME", "NOVA_REGION_NAME"],
      "Region whose endpoints are used.",
    ),
    ...option("os-auth-system", "<auth-system>", ["OS_AUTH_SYSTEM"], "Accepted: keystone."),
    { names: ["--service-type"], metavar: "<service-type>", help: "Defaults to compute for most actions" },
    { names: ["--service_type"], help: null },
    ...option("service-name", "<service-name>", ["NOVA_SERVICE_NAME"], "Accepted."),
    ...option("volume-service-name", "<volume-service-name>", ["NOVA_VOLUME_SERVICE_NAME"], "Accepted."),
    {
      names: ["--endpoint-type"],
      metavar: "<endpoint-type>",
      default: firstOf(env, "NOVA_ENDPOINT_TYPE", "OS_ENDPOINT_TYPE") ?? "publicURL",
      help: "Defaults to env[NOVA_ENDPOINT_TYPE] or publicURL.",
    },
    { names: ["--endpoint_type"], help: null },
    ...option(
      "os-compute-api-version",
      "<compute-api-ver>",
      ["OS_COMPUTE_API_VERSION"],
      "Accepted: the calls are those of 1.1, which is 2 and 2.1.",
    ),
    {
      names: ["--bypass-url"],
      metavar: "<bypass-url>",
      help: "Use this API endpoint instead of the catalog's.",
    },
    { names: ["--bypass_url"], help: null },
    // As the guides of Essex and Folsom have them.
    { names: ["--username"], dest: "os_username", help: null },
    { names: ["--password"], dest: "os_password", help: null },
    { names: ["--projectid"], dest: "os_tenant_name", help: null },
    { names: ["--url"], dest: "os_auth_url", help: null },
    ...connectionOptions(env),
  ];
}
