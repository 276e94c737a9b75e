// The options before the verb, with the variables they default to (keystoneclient/shell.py and session.py, 0.11).

import {
  connectionOptions,
  credentialOptions,
  type Env,
  firstOf,
  hidden,
  variableOption,
} from "../common-options.ts";
import type { OptionSpec } from "../options.ts";

const STALE_SECONDS = 30;

export function globalOptions(env: Env): OptionSpec[] {
  return [
    { names: ["-h", "--help"], kind: "flag", help: null },
    { names: ["--version"], kind: "flag", help: "Show the version of the client." },
    {
      names: ["--debug"],
      kind: "flag",
      help: "Show every request, as a curl command, and every answer.",
    },
    ...credentialOptions(env),
    {
      names: ["--os-identity-api-version"],
      metavar: "<identity-api-version>",
      default: firstOf(env, "OS_IDENTITY_API_VERSION", "KEYSTONE_VERSION"),
      help: "Version of the Identity API. Defaults to env[OS_IDENTITY_API_VERSION] or 2.0.",
    },
    hidden("--os_identity_api_version"),
    ...variableOption(
      env,
      "os-token",
      "<service-token>",
      ["OS_SERVICE_TOKEN"],
      "A token to use instead of logging in.",
    ),
    { names: ["--token"], dest: "os_token", help: null },
    ...variableOption(
      env,
      "os-endpoint",
      "<service-endpoint>",
      ["OS_SERVICE_ENDPOINT"],
      "An endpoint to use instead of one from the catalog.",
    ),
    { names: ["--endpoint"], dest: "os_endpoint", help: null },
    {
      names: ["--os-cache"],
      kind: "flag",
      default: Boolean(firstOf(env, "OS_CACHE")),
      help: "Keep the token for the next call, where there is a keyring. Defaults to env[OS_CACHE].",
    },
    { names: ["--os_cache", "--no-cache"], dest: "os_cache", kind: "flag", help: null },
    {
      names: ["--force-new-token"],
      kind: "flag",
      help: "Log in anew although the keyring holds a token.",
    },
    {
      names: ["--stale-duration"],
      metavar: "<seconds>",
      default: String(STALE_SECONDS),
      help: `How long before its end a kept token is no longer used. Default is ${STALE_SECONDS} seconds.`,
    },
    ...connectionOptions(env),
  ];
}
