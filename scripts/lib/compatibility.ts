// docs/compatibility.md: what of each API is there, from the ledgers, the route tables, the feature rows that tests
// prove, and the last recorded Tempest runs.

import { type Route, routesOf } from "../../src/http/api.ts";
import { testCloud } from "../../src/testing/cloud.ts";

interface Api {
  title: string;
  /** The window whose route table it is; without one the routes are not listed. */
  window?: string;
  /** Whose first comment holds the ledger. */
  ledgers: string[];
  /** The package of Tempest that judges it. */
  tempest?: string;
  /** How its microversions begin. */
  major?: number;
}

const APIS: Api[] = [
  { title: "Identity", window: "key", ledgers: ["src/identity/api/index.ts"], tempest: "identity" },
  { title: "Image", window: "g-api", ledgers: ["src/image/api/index.ts"], tempest: "image" },
  {
    title: "Compute",
    window: "n-api",
    ledgers: ["src/compute/api/index.ts", "src/network/compute-api/index.ts"],
    tempest: "compute",
    major: 2,
  },
  { title: "Placement", window: "placement-api", ledgers: ["src/placement/api/index.ts"], major: 1 },
  { title: "Network", window: "q-svc", ledgers: ["src/network/api/index.ts"], tempest: "network" },
  {
    title: "Block Storage",
    window: "c-api",
    ledgers: ["src/volume/api/index.ts"],
    tempest: "volume",
    major: 3,
  },
  { title: "Object Store", ledgers: ["src/object-store/app.ts"], tempest: "object_storage" },
  { title: "Dashboard", ledgers: ["src/dashboard/api/index.ts"] },
];

/** What the two letters before a feature row's number stand for. */
const AREAS: Record<string, string> = {
  AD: "hosts and services",
  BK: "backup and recovery",
  BM: "bare metal",
  CF: "configuration",
  CL: "client conventions",
  CP: "servers",
  CV: "consoles",
  DN: "DNS and DHCP",
  DS: "DevStack and the terminal",
  EC: "EC2",
  FI: "floating addresses",
  FL: "flavors",
  HT: "orchestration",
  HZ: "dashboard",
  ID: "identity",
  IM: "images",
  KP: "key pairs",
  LG: "logs",
  MD: "metadata",
  MG: "the manage tools",
  NE: "Neutron",
  NW: "nova-network",
  OB: "object store",
  PO: "policy",
  QU: "quotas",
  SC: "scheduler",
  SD: "SDKs",
  SG: "security groups",
  TE: "telemetry",
  TR: "other components",
  VO: "volumes",
};

const INTRO = `# Compatibility

What of each OpenStack API is there. This page is generated (\`scripts/generate\`) from the ledgers at the head of each
API, the route tables, the recorded Tempest runs and the names of the tests; \`scripts/test check\` refuses it when it is
stale. The reference is OpenStack Zed and its clients as Debian 12 packages them.
`;

export async function compatibility(): Promise<string> {
  const parts = [INTRO, await tempestTable(), await knownFailures()];
  await using cloud = await testCloud();
  for (const api of APIS) {
    parts.push(`## ${api.title}\n`);
    for (const path of api.ledgers) parts.push(ledgerOf(await Bun.file(path).text()));
    if (api.window !== undefined) parts.push(routeList(api, routesOf(cloud.cloud.app(api.window))));
  }
  parts.push(await rowTable());
  return parts.join("\n");
}

/** The paragraphs of the comment after the line that begins with "Ledger". @throws Error without one */
export function ledgerOf(source: string): string {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => line.startsWith("// Ledger"));
  if (start < 0) throw new Error("no ledger");
  const against = /\((.*?)[;)]/.exec(lines[start]!)?.[1] ?? "";
  const items: string[] = [];
  for (const line of lines.slice(start + 1)) {
    const text = /^\/\/ {3}(.*)$/.exec(line)?.[1];
    if (text === undefined) break;
    if (/^[A-Z][^.:]*:/.test(text)) items.push(text.trim());
    else items.push(`${items.pop() ?? ""} ${text.trim()}`);
  }
  const rows = items.map((item) => `- ${item.replace(/^([A-Z][^.:]*:)/, "**$1**").trim()}\n`);
  return `${against[0]?.toUpperCase()}${against.slice(1)}.\n\n${rows.join("")}`;
}

function routeList({ major }: Api, routes: readonly Route[]): string {
  const version = (minor: number) => `${major}.${minor}`;
  const lines = routes.map(({ method, path, since, until }) => {
    const from = since !== undefined && major !== undefined ? ` since ${version(since)}` : "";
    const to = until !== undefined && major !== undefined ? ` until ${version(until)}` : "";
    return `${method.padEnd(6)} ${path.replace(/\{[^}]*\}/g, "")}${from}${to}`;
  });
  const sorted = [...new Set(lines)].sort((a, b) => (a.slice(7) < b.slice(7) ? -1 : 1));
  const code = `\`\`\`text\n${sorted.join("\n")}\n\`\`\``;
  return `<details><summary>${sorted.length} routes</summary>\n\n${code}\n\n</details>\n`;
}

/** `test/tempest/results.tsv`, as `bun run test/tempest/run.ts --record REGEX` keeps it. */
async function tempestTable(): Promise<string> {
  const file = Bun.file("test/tempest/results.tsv");
  const rows = (await file.text()).trim().split("\n");
  const table = rows.map((row) => {
    const [name, passed, failed, skipped] = row.split("\t");
    return `| ${name} | ${passed} | ${failed} | ${skipped} |`;
  });
  return `## Tempest

Debian's Tempest against the compiled binary with the fake driver, every test of the API's package:

| \`tempest.api.\` | passed | failed | skipped |
| --- | --: | --: | --: |
${table.join("\n")}

The smoke tests of all six are part of \`scripts/test\`.
`;
}

async function knownFailures(): Promise<string> {
  const text = await Bun.file("test/tempest/known-failures.txt").text();
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const items = lines.map((line) => line.replace(/^(\S+)\s+(.*)$/, "- `$1`: $2"));
  return `Known failures:\n\n${items.join("\n")}\n`;
}

async function rowTable(): Promise<string> {
  const titles = (await Bun.file("docs/rows.tsv").text()).match(/^[A-Z]{2}-\d{2}/gm) ?? [];
  const proven = new Set(await provenRows());
  const table = Object.entries(AREAS).map(([area, title]) => {
    const rows = titles.filter((id) => id.startsWith(area));
    return `| ${area} | ${title} | ${rows.filter((id) => proven.has(id)).length} | ${rows.length} |`;
  });
  return `## Features

Each row of the feature inventory is a behaviour with its exact command and result; it counts as proven when a test
carries its id. \`scripts/coverage-rows --list\` names them.

| | area | proven | rows |
| --- | --- | --: | --: |
${table.join("\n")}
`;
}

async function provenRows(): Promise<string[]> {
  const listing = await Bun.$`scripts/coverage-rows --list`.text();
  return [...listing.matchAll(/^([A-Z]{2}-\d{2}) {2}proven/gm)].map(([, id]) => id!);
}
