// Options that the clients of the time share: who asks, where to log in, TLS. Each defaults to its variable and is known
// with underscores too, as in Folsom.

import type { Arguments, OptionSpec } from "./options.ts";
import { HttpSession, type SessionOptions } from "./session.ts";

export type Env = Record<string, string | undefined>;

/** The first of several variables that is set to something. */
export function firstOf(env: Env, ...names: string[]): string | null {
  for (const name of names) {
    const value = env[name];
    if (value) return value;
  }
  return null;
}

/** An old spelling, which no help shows. */
export function hidden(...names: string[]): OptionSpec {
  return { names, help: null };
}

/** An option with a value: `--os-username`, from OS_USERNAME or a further variable. */
export function variableOption(
  env: Env,
  name: string,
  metavar: string,
  variables: readonly string[],
  help: string,
): OptionSpec[] {
  return [
    {
      names: [`--${name}`],
      metavar,
      default: firstOf(env, ...variables),
      help: `${help} Defaults to env[${variables[0]}].`,
    },
    hidden(`--${name.replaceAll("-", "_")}`),
  ];
}

/** Tenants go by both their names: projects are the same. */
export function credentialOptions(env: Env): OptionSpec[] {
  const option = (name: string, metavar: string, variables: readonly string[], help: string) =>
    variableOption(env, name, metavar, variables, help);
  return [
    ...option("os-username", "<auth-user-name>", ["OS_USERNAME"], "Name to log in with."),
    ...option("os-password", "<auth-password>", ["OS_PASSWORD"], "Password to log in with."),
    ...option(
      "os-tenant-name",
      "<auth-tenant-name>",
      ["OS_TENANT_NAME", "OS_PROJECT_NAME"],
      "Tenant to work in.",
    ),
    ...option("os-tenant-id", "<tenant-id>", ["OS_TENANT_ID", "OS_PROJECT_ID"], "Tenant to work in, by ID."),
    ...option("os-auth-url", "<auth-url>", ["OS_AUTH_URL"], "Where to log in."),
    ...option("os-region-name", "<region-name>", ["OS_REGION_NAME"], "Region whose endpoints are used."),
  ];
}

export function connectionOptions(env: Env): OptionSpec[] {
  return [
    {
      names: ["--insecure"],
      kind: "flag",
      help: "Do not verify the certificate of a TLS (https) server. To be used with caution.",
    },
    ...variableOption(
      env,
      "os-cacert",
      "<ca-certificate>",
      ["OS_CACERT"],
      "File of certificates to verify a server with.",
    ),
    ...variableOption(env, "os-cert", "<certificate>", ["OS_CERT"], "Client certificate."),
    ...variableOption(env, "os-key", "<key>", ["OS_KEY"], "Key of the client certificate."),
    {
      names: ["--timeout"],
      metavar: "<seconds>",
      default: 600,
      parse: positiveSeconds,
      help: "How long to wait for an answer, in seconds.",
    },
  ];
}

/** The session that those options ask for. @throws ClientError for a file that cannot be read */
export function sessionOf(
  args: Arguments,
  own: Pick<SessionOptions, "userAgent" | "debug" | "timed">,
): HttpSession {
  return new HttpSession({
    ...own,
    insecure: args.flag("insecure"),
    caCert: args.text("os_cacert"),
    cert: args.text("os_cert"),
    key: args.text("os_key"),
    timeoutSeconds: Number(args.text("timeout")),
  });
}

function positiveSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || Number.isNaN(seconds)) throw new Error(`${text} must be a float`);
  if (seconds <= 0) throw new Error(`${text} must be greater than 0`);
  return seconds;
}
