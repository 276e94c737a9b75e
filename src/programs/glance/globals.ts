// The options before the verb, with the variables they default to (glanceclient/shell.py 0.12).

import { type Env, firstOf } from "../common-options.ts";
import type { OptionSpec } from "../options.ts";

const flag = (names: readonly string[], help: string | null, more: Partial<OptionSpec> = {}): OptionSpec => ({
  names,
  kind: "flag",
  help,
  ...more,
});

export function globalOptions(env: Env): OptionSpec[] {
  /** With its old letter, which no longer is in the guides. */
  const named = (name: string, variables: readonly string[], help: string, letters: string[] = []) => {
    const dest = name.replaceAll("-", "_");
    const spec: OptionSpec = {
      names: [`--${name}`],
      metavar: dest.toUpperCase(),
      default: firstOf(env, ...variables),
      help: `${help} Defaults to env[${variables[0]}]`,
    };
    return [spec, { names: [`--${dest}`, ...letters], dest, help: null } satisfies OptionSpec];
  };
  return [
    flag(["-d", "--debug"], "Print every request and answer.", {
      default: Boolean(firstOf(env, "GLANCECLIENT_DEBUG")),
    }),
    flag(["-v", "--verbose"], "Print more verbose output"),
    flag(["--get-schema"], "Accepted: nothing is cached."),
    flag(
      ["-k", "--insecure"],
      "Do not verify the certificate of a TLS (https) server. To be used with caution.",
    ),
    { names: ["--cert-file"], dest: "os_cert", metavar: "CERT_FILE", help: "Client certificate." },
    { names: ["--key-file"], dest: "os_key", metavar: "KEY_FILE", help: "Key of the client certificate." },
    {
      names: ["--os-cacert", "--ca-file"],
      metavar: "<ca-certificate-file>",
      default: firstOf(env, "OS_CACERT"),
      help: "Path of CA TLS certificate(s) used to verify the remote server's certificate.",
    },
    {
      names: ["--timeout"],
      metavar: "TIMEOUT",
      default: 600,
      help: "Number of seconds to wait for a response",
    },
    flag(["--no-ssl-compression"], "Accepted: there is none."),
    flag(["-f", "--force"], "Prevent select actions from requesting user confirmation."),
    flag(["--dry-run"], "DEPRECATED! Only used for deprecated legacy commands."),
    flag(["--ssl"], "DEPRECATED! Send a fully-formed endpoint using --os-image-url instead.", {
      dest: "use_ssl",
    }),
    { names: ["-H", "--host"], metavar: "ADDRESS", help: "DEPRECATED! Use --os-image-url." },
    { names: ["-p", "--port"], metavar: "PORT", default: "9292", help: "DEPRECATED! Use --os-image-url." },
    ...named("os-username", ["OS_USERNAME"], "Name to log in with.", ["-I"]),
    ...named("os-password", ["OS_PASSWORD"], "Password to log in with.", ["-K"]),
    ...named("os-tenant-id", ["OS_TENANT_ID", "OS_PROJECT_ID"], "Tenant to work in, by ID."),
    ...named("os-tenant-name", ["OS_TENANT_NAME", "OS_PROJECT_NAME"], "Tenant to work in.", ["-T"]),
    ...named("os-auth-url", ["OS_AUTH_URL"], "Where to log in.", ["-N"]),
    ...named("os-region-name", ["OS_REGION_NAME"], "Region whose endpoints are used.", ["-R"]),
    ...named("os-auth-token", ["OS_AUTH_TOKEN"], "Token to use instead of logging in.", [
      "-A",
      "--auth_token",
    ]),
    ...named("os-image-url", ["OS_IMAGE_URL"], "Endpoint to use instead of the catalog's.", ["-U", "--url"]),
    {
      names: ["--os-image-api-version"],
      metavar: "OS_IMAGE_API_VERSION",
      default: firstOf(env, "OS_IMAGE_API_VERSION") ?? "1",
      help: "Defaults to env[OS_IMAGE_API_VERSION] or 1",
    },
    { names: ["--os_image_api_version"], help: null },
    ...named("os-service-type", ["OS_SERVICE_TYPE"], "Type in the catalog."),
    ...named("os-endpoint-type", ["OS_ENDPOINT_TYPE"], "Side in the catalog."),
    { names: ["-S", "--os_auth_strategy"], help: null },
  ];
}
