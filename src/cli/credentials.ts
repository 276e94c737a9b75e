// `stack openrc` and `stack clouds`: how clients are told where the cloud is and who they are.

import { readFileSync } from "node:fs";
import type { CloudFile } from "../control/cloud-file.ts";
import { readStored } from "../core/secrets.ts";
import {
  type Command,
  CommandError,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  statePaths,
} from "./command.ts";

export interface Credentials {
  authUrl: string;
  user: string;
  project: string;
  password: string;
  region: string;
}

/** @throws CommandError when no cloud is running in the state directory */
export function readCredentials(
  invocation: Pick<Invocation, "values" | "env">,
  user: string,
  project: string,
): Credentials {
  const paths = statePaths(invocation);
  let file: CloudFile;
  try {
    file = JSON.parse(readFileSync(paths.at("cloud.json"), "utf8")) as CloudFile;
  } catch (cause) {
    throw new CommandError(`no cloud is running in ${paths.root}`, { cause });
  }
  const secrets = readStored(paths.at("secrets.json"));
  if (file.authUrl === null || secrets === null) throw new CommandError("this cloud has no identity service");
  return {
    authUrl: `${file.authUrl}/v3`,
    user,
    project,
    password: user === "admin" || user === "demo" ? secrets.adminPassword : secrets.servicePassword,
    region: file.region,
  };
}

/** The variables, v3 as `openstack` and the SDKs want them, or v2.0 as in 2013. */
export function environmentOf(credentials: Credentials, v2 = false): Record<string, string> {
  const { authUrl, user, project, password, region } = credentials;
  if (v2) {
    return {
      OS_AUTH_URL: authUrl.replace(/\/v3$/, "/v2.0"),
      OS_USERNAME: user,
      OS_PASSWORD: password,
      OS_TENANT_NAME: project,
      OS_REGION_NAME: region,
      OS_IDENTITY_API_VERSION: "2.0",
      OS_NO_CACHE: "1",
    };
  }
  return {
    OS_AUTH_URL: authUrl,
    OS_USERNAME: user,
    OS_PASSWORD: password,
    OS_PROJECT_NAME: project,
    OS_USER_DOMAIN_ID: "default",
    OS_PROJECT_DOMAIN_ID: "default",
    OS_IDENTITY_API_VERSION: "3",
    OS_REGION_NAME: region,
    OS_AUTH_TYPE: "password",
  };
}

export const openrc: Command = {
  name: "openrc",
  usage: "[USER [PROJECT]] [--v2]",
  summary: "export lines for a shell (default: demo in demo, admin in admin)",
  example: 'eval "$(stack openrc admin)"',
  options: { ...STATE_OPTION, v2: { type: "boolean" } },
  optionHelp: [["--v2", "the variables of 2013, for the v2.0 API"], STATE_HELP],
  async run(invocation) {
    const [user = "demo", project = user] = invocation.positionals;
    const variables = environmentOf(
      readCredentials(invocation, user, project),
      invocation.values["v2"] === true,
    );
    for (const [name, value] of Object.entries(variables))
      invocation.out(`export ${name}=${shellQuote(value)}\n`);
    return 0;
  },
};

export const clouds: Command = {
  name: "clouds",
  usage: "",
  summary: "a clouds.yaml with the clouds stack-admin and stack-demo",
  example: "stack clouds > clouds.yaml; openstack --os-cloud stack-admin server list",
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  async run(invocation) {
    const entries = ["admin", "demo"].map((user) => {
      const c = readCredentials(invocation, user, user);
      const rows = [
        `  stack-${user}:`,
        "    auth:",
        `      auth_url: ${c.authUrl}`,
        `      username: ${c.user}`,
        `      password: ${JSON.stringify(c.password)}`,
        `      project_name: ${c.project}`,
        "      user_domain_id: default",
        "      project_domain_id: default",
        `    region_name: ${c.region}`,
        "    identity_api_version: 3",
      ];
      return rows.join("\n");
    });
    invocation.out(`clouds:\n${entries.join("\n")}\n`);
    return 0;
  },
};

/** Plain when it can be, single quotes otherwise. */
export function shellQuote(value: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
