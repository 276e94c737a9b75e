// `stack policy check|list|generate|validate`: who may do what, and why.

import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { CloudNotRunning, ControlError } from "../control/client.ts";
import { messageOf } from "../core/errors.ts";
import type { PolicyAnswer, PolicyQuestion } from "../policy/desk.ts";
import type { Step } from "../policy/explain.ts";
import type { PolicyRule } from "../policy/rules.ts";
import { samplePolicy } from "../policy/sample.ts";
import { validatePolicy } from "../policy/validate.ts";
import {
  type Command,
  columns,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  UsageError,
} from "./command.ts";

export const policy: Command = {
  name: "policy",
  usage: "check USER RULE [TARGET ...] | list [SERVICE] | generate SERVICE | validate FILE",
  summary: "who may do what and why; the rules in force; a sample file; a file's mistakes",
  example: `stack policy check demo os_compute_api:os-flavor-manage:create
         stack policy check demo os_compute_api:servers:delete SERVER-ID
         stack policy check demo create_network:shared project_id=42 --service network
         stack policy check admin identity:list_users --system
         stack policy list nova
         stack policy generate nova > STATE/etc/nova/policy.yaml
         stack policy validate STATE/etc/nova/policy.json

A service's rules are overridden by policy.yaml, else policy.json, in the folder etc/PROJECT of the state directory
(nova, keystone, glance, cinder, neutron, placement), and by the files of policy.d there. Changes hold at once.
check ends with 0 for allowed, 1 for denied, 2 for a question that cannot be answered; validate with 1 for a file that
would not be used`,
  options: {
    ...STATE_OPTION,
    json: { type: "boolean" },
    project: { type: "string" },
    "project-domain": { type: "string" },
    "user-domain": { type: "string" },
    domain: { type: "string" },
    system: { type: "boolean" },
    "os-token": { type: "string" },
    service: { type: "string" },
  },
  optionHelp: [
    ["--project NAME", "the project the user's token is for (default: the user's own)"],
    ["--domain NAME", "a token for a domain instead"],
    ["--system", "a token for the system instead"],
    ["--user-domain NAME", "the user's domain (default: default)"],
    ["--project-domain NAME", "the project's domain (default: the user's)"],
    ["--os-token TOKEN", "in place of USER: whoever holds this token"],
    ["--service NAME", "whose rule, when several services have one of that name"],
    [
      "TARGET",
      "KEY=VALUE, or the id of a server, volume, image, project or user (default: the user's own project)",
    ],
    ["--json", "for programs"],
    STATE_HELP,
  ],
  async run(invocation) {
    const [verb, ...words] = invocation.positionals;
    if (verb === "check") return check(invocation, words);
    if (verb === "list") return list(invocation, words);
    if (verb === "generate") return generate(invocation, words);
    if (verb === "validate") return validate(invocation, words);
    throw new UsageError("policy what? check, list, generate or validate; see: stack help policy");
  },
};

async function check(invocation: Invocation, words: string[]): Promise<number> {
  const { values, out } = invocation;
  const text = (name: string) => (typeof values[name] === "string" ? (values[name] as string) : undefined);
  const token = text("os-token");
  const user = token === undefined ? words[0] : undefined;
  const [rule, ...target] = token === undefined ? words.slice(1) : words;
  if (rule === undefined) throw new UsageError("policy check needs a user and a rule");
  const question: PolicyQuestion = { rule, target };
  const given = {
    user,
    token,
    service: text("service"),
    project: text("project"),
    projectDomain: text("project-domain"),
    userDomain: text("user-domain"),
    domain: text("domain"),
    system: values["system"] === true ? true : undefined,
  };
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) Object.assign(question, { [name]: value });
  const answer = await asked(() => controlClient(invocation).policyCheck(question));
  out(values["json"] ? `${JSON.stringify(answer, null, 2)}\n` : answerText(answer));
  return answer.allowed ? 0 : 1;
}

/** A question that cannot be answered is neither a yes nor a no. */
async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof ControlError || error instanceof CloudNotRunning) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}

function answerText({ allowed, service, decisions, subject, target, switches }: PolicyAnswer): string {
  const { userName, userId, scope, roles } = subject;
  const facts = Object.entries(target).map(([name, value]) => `${name}=${value ?? "None"}`);
  const enforced = [
    ...(switches.enforceScope ? ["scopes"] : []),
    ...(switches.enforceNewDefaults ? ["new defaults"] : []),
  ];
  const rows = [
    ["user", `${userName ?? "-"} (${userId ?? "-"})`],
    ["scope", scope],
    ["roles", roles.join(", ") || "none"],
    ["target", facts.join(" ") || "nothing"],
    [
      "service",
      `${service}, ${enforced.length > 0 ? `enforces ${enforced.join(" and ")}` : "legacy defaults"}`,
    ],
  ];
  const trees = decisions.map((step) => `\n${tree(step, "", "")}`).join("");
  return `${allowed ? "allowed" : "denied"}\n\n${columns(rows)}${trees}`;
}

function tree(step: Step, first: string, rest: string): string {
  const sign = step.allowed === null ? "?" : step.allowed ? "yes" : "no";
  const note = step.note === undefined ? "" : `  (${step.note})`;
  let text = `${first}${sign.padEnd(4)}${step.text}${note}\n`;
  const parts = step.parts ?? [];
  parts.forEach((part, i) => {
    const last = i === parts.length - 1;
    text += tree(part, `${rest}${last ? "└─ " : "├─ "}`, `${rest}${last ? "   " : "│  "}`);
  });
  return text;
}

async function list(invocation: Invocation, [service]: string[]): Promise<number> {
  const rows = await asked(() => controlClient(invocation).policyRules(service));
  if (invocation.values["json"]) {
    invocation.out(`${JSON.stringify(rows, null, 2)}\n`);
    return 0;
  }
  const table = rows.map(({ service: project, name, text, source, description }) => [
    ...(service === undefined ? [project] : []),
    name,
    text,
    source,
    description,
  ]);
  const head = [...(service === undefined ? ["SERVICE"] : []), "RULE", "IN FORCE", "SOURCE", "DESCRIPTION"];
  invocation.out(columns([head, ...table]));
  return 0;
}

/** The services are loaded only by the verbs that need them: every command pays for what stands above. */
const loadServices = () => import("../services.ts");

/** The declared rules of the service that has this name, or of all. */
async function rulesOf(name: string | undefined): Promise<{ project: string; rules: PolicyRule[] }> {
  const { declarations } = await loadServices();
  const named = declarations.filter(
    ({ project, window, program, mount, catalog, policies }) =>
      policies !== undefined &&
      (name === undefined ||
        [project, window, program, mount?.slice(1), ...(catalog ?? []).map(({ type }) => type)].includes(
          name,
        )),
  );
  const projects = new Set(named.map(({ project }) => project));
  if (projects.size === 0) throw new UsageError(`no service with a policy is called ${name}`);
  const rules = declarations
    .filter(({ project }) => projects.has(project))
    .flatMap(({ policies }) => policies ?? []);
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  return { project: [...projects].join(", "), rules: [...byName.values()] };
}

async function generate({ out }: Invocation, [service]: string[]): Promise<number> {
  if (service === undefined) throw new UsageError("policy generate needs a service");
  const { project, rules } = await rulesOf(service);
  out(samplePolicy(project, rules));
  return 0;
}

async function validate({ out, values }: Invocation, [file]: string[]): Promise<number> {
  if (file === undefined) throw new UsageError("policy validate needs a file");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
  const { declarations } = await loadServices();
  const folder = basename(dirname(file));
  const given = values["service"];
  const service =
    typeof given === "string" ? given : declarations.find(({ project }) => project === folder)?.project;
  const { problems, warnings, rules } = validatePolicy(text, file, (await rulesOf(service)).rules);
  if (values["json"]) out(`${JSON.stringify({ problems, warnings, rules }, null, 2)}\n`);
  else {
    for (const problem of problems) out(`error: ${problem}\n`);
    for (const warning of warnings) out(`warning: ${warning}\n`);
    out(problems.length > 0 ? "This file would not be used.\n" : `${rules} rules, understood.\n`);
  }
  return problems.length > 0 ? 1 : 0;
}
