// Where the APIs are, and the files that clients source.

import type { Session } from "../../src/dashboard/wire.ts";
import { ec2Credential, listCatalog } from "../api/identity.ts";
import { download } from "../core/download.ts";
import { attempt } from "../core/flash.ts";
import { useResource } from "../core/resource.ts";
import { useSession } from "../core/session.ts";
import { Menu } from "../parts/menu.tsx";
import { Page } from "../parts/page.tsx";
import { type Column, Table } from "../parts/table.tsx";

interface Endpoint {
  type: string;
  name: string;
  url: string;
}

export function ApiAccessPage() {
  const session = useSession();
  const { data, ...rest } = useResource(listCatalog, []);
  const rows = data?.map(
    ({ type, name, endpoints }): Endpoint => ({
      type,
      name,
      url: endpoints.find((one) => one.interface === "public")?.url ?? "",
    }),
  );
  return (
    <Page title="API Access">
      <Table
        label="API endpoints"
        rows={{ ...rest, data: rows }}
        rowId={({ type, url }) => `${type} ${url}`}
        rowName={({ type }) => type}
        columns={COLUMNS}
        toolbar={
          <Menu
            label="Download"
            class="button primary"
            items={[
              { label: "OpenStack RC File", run: () => downloadRc(session) },
              { label: "OpenStack clouds.yaml", run: () => downloadClouds(session) },
              {
                label: "EC2 Credentials",
                run: () => void attempt(() => downloadEc2(session, rows ?? []), null),
              },
            ]}
          >
            Download <span aria-hidden="true">▾</span>
          </Menu>
        }
        empty="There are no endpoints."
      />
    </Page>
  );
}

const COLUMNS: Column<Endpoint>[] = [
  { title: "Service", value: ({ type }) => type, draw: ({ type }) => type },
  { title: "Name", value: ({ name }) => name, draw: ({ name }) => name },
  { title: "Service Endpoint", value: ({ url }) => url, draw: ({ url }) => <code>{url}</code> },
];

function downloadRc({ authUrl, user, project, region }: Session): void {
  const lines = [
    "# Source this file; it asks for the password.",
    `export OS_AUTH_URL=${quote(authUrl)}`,
    `export OS_PROJECT_ID=${quote(project.id)}`,
    `export OS_PROJECT_NAME=${quote(project.name)}`,
    `export OS_USERNAME=${quote(user.name)}`,
    `export OS_USER_DOMAIN_NAME=${quote(user.domain)}`,
    `export OS_REGION_NAME=${quote(region)}`,
    "export OS_INTERFACE=public",
    "export OS_IDENTITY_API_VERSION=3",
    `printf 'Please enter the password of %s for project %s: ' "$OS_USERNAME" "$OS_PROJECT_NAME"`,
    "stty -echo; read -r OS_PASSWORD; stty echo; echo",
    "export OS_PASSWORD",
  ];
  download(`${project.name}-openrc.sh`, `${lines.join("\n")}\n`, "application/x-shellscript");
}

function downloadClouds({ authUrl, user, project, region }: Session): void {
  const lines = [
    "clouds:",
    "  openstack:",
    "    auth:",
    `      auth_url: ${JSON.stringify(authUrl)}`,
    `      username: ${JSON.stringify(user.name)}`,
    `      project_id: ${JSON.stringify(project.id)}`,
    `      project_name: ${JSON.stringify(project.name)}`,
    `      user_domain_name: ${JSON.stringify(user.domain)}`,
    `    region_name: ${JSON.stringify(region)}`,
    "    interface: public",
    "    identity_api_version: 3",
  ];
  download("clouds.yaml", `${lines.join("\n")}\n`, "application/yaml");
}

async function downloadEc2({ user, project }: Session, endpoints: Endpoint[]): Promise<void> {
  const { access, secret } = await ec2Credential(user.id, project.id);
  const s3 = endpoints.find(({ type }) => type === "s3" || type === "object-store");
  const lines = [
    `export EC2_ACCESS_KEY=${quote(access)}`,
    `export EC2_SECRET_KEY=${quote(secret)}`,
    ...(s3 ? [`export S3_URL=${quote(new URL(s3.url).origin)}`] : []),
  ];
  download(`${project.name}-ec2rc.sh`, `${lines.join("\n")}\n`, "application/x-shellscript");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
