// `stack openrc` and `stack clouds`: how clients are told where the cloud is and who they are.

import { readCloudFile } from "../control/cloud-file.ts";
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
  const file = readCloudFile(paths);
  if (!file) throw new CommandError(`no cloud is running in ${paths.root}`);
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
  usage: "[USER [PROJECT]] [--v2] [--prompt]",
  summary: "export lines for a shell (default: demo in demo, admin in admin)",
  example: 'eval "$(stack openrc admin)"',
  options: { ...STATE_OPTION, v2: { type: "boolean" }, prompt: { type: "boolean" } },
  optionHelp: [
    ["--v2", "the variables of 2013, for the v2.0 API"],
    [
      "--prompt",
      "a file that asks for the password and holds none, as the dashboard's: stack openrc --prompt > demo-openrc.sh",
    ],
    STATE_HELP,
  ],
  async run(invocation) {
    const [user = "demo", project = user] = invocation.positionals;
    const v2 = invocation.values["v2"] === true;
    const credentials = readCredentials(invocation, user, project);
    const variables = environmentOf(credentials, v2);
    if (invocation.values["prompt"] === true) {
      const projectId = await projectIdOf(credentials);
      invocation.out(
        promptingFile(variables, v2 ? { OS_TENANT_ID: projectId } : { OS_PROJECT_ID: projectId }),
      );
      return 0;
    }
    invocation.out(exportLines(variables));
    return 0;
  },
};

function exportLines(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${shellQuote(value)}\n`)
    .join("");
}

/** As Horizon's "RC file": to be read by bash, once for a shell. */
function promptingFile(variables: Record<string, string>, ids: Record<string, string>): string {
  const { OS_PASSWORD: _password, ...others } = variables;
  return `#!/usr/bin/env bash
${exportLines({ ...others, ...ids })}echo "Please enter your OpenStack Password: "
read -s OS_PASSWORD_INPUT
export OS_PASSWORD=$OS_PASSWORD_INPUT
`;
}

/** @throws CommandError */
async function projectIdOf({ authUrl, user, password, project }: Credentials): Promise<string> {
  const [{ authenticate }, { HttpSession }, { ClientError }] = await Promise.all([
    import("../programs/auth.ts"),
    import("../programs/session.ts"),
    import("../programs/errors.ts"),
  ]);
  const session = new HttpSession({ ...PLAIN, userAgent: "stack" });
  try {
    const { tenantId } = await authenticate(session, {
      authUrl: authUrl.replace(/\/v3$/, "/v2.0"),
      username: user,
      password,
      tenantName: project,
      tenantId: null,
      region: null,
    });
    return tenantId ?? "";
  } catch (error) {
    if (error instanceof ClientError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

const PLAIN = {
  insecure: false,
  caCert: null,
  cert: null,
  key: null,
  timeoutSeconds: 60,
  debug: null,
} as const;

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
