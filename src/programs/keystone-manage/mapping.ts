// mapping_*, domain_config_upload and saml_idp_metadata. Authority: keystone/cmd/cli.py of Zed. Users of this cloud live
// in its own database: no directory gives them ids that would have to be mapped.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Identity } from "../../identity/manager.ts";
import { type Manage, type ManageCommand, ManageError } from "./command.ts";

const mappingPurge: ManageCommand = {
  name: "mapping_purge",
  help: "Remove mappings of directory users. There are none here: only the options are checked.",
  options: [
    { names: ["--all"], kind: "flag", help: "All mappings." },
    { names: ["--domain-name"], metavar: "NAME", help: "Mappings of this domain." },
    { names: ["--public-id"], metavar: "ID", help: "The mapping of this public ID." },
    { names: ["--local-id"], metavar: "ID", help: "The mappings of this local ID." },
    {
      names: ["--type"],
      metavar: "{user,group}",
      choices: ["user", "group"],
      help: "Mappings of this type.",
    },
  ],
  async run({ args, open }) {
    const given = ["domain_name", "public_id", "local_id", "type"].filter((dest) => args.text(dest) !== null);
    if (!args.flag("all") && given.length === 0)
      throw new ManageError("At least one option must be provided");
    if (args.flag("all") && given.length > 0) {
      throw new ManageError("--all option cannot be mixed with other options");
    }
    const domain = args.text("domain_name");
    if (domain === null) return 0;
    using database = await open();
    if (!database.identity.store.domainByName(domain)) {
      throw new ManageError(`Unknown domain '${domain}' specified by --domain-name`);
    }
    return 0;
  },
};

const mappingPopulate: ManageCommand = {
  name: "mapping_populate",
  help: "Enter the users of a directory into the mapping table. Users of this cloud need none.",
  options: [{ names: ["--domain-name"], metavar: "NAME", required: true, help: "The directory's domain." }],
  async run({ args, io, open }) {
    using database = await open();
    const name = args.required("domain_name");
    if (!database.identity.store.domainByName(name)) io.out(`Invalid domain name: ${name}\n`);
    return 0;
  },
};

/** keystone.conf [identity] domain_config_dir. */
const DOMAIN_CONFIGS = "/etc/keystone/domains";

const domainConfigUpload: ManageCommand = {
  name: "domain_config_upload",
  help: "Put the settings of domains, keystone.DOMAIN.conf, into the database.",
  options: [
    { names: ["--all"], kind: "flag", help: "Those of every file." },
    { names: ["--domain-name"], metavar: "NAME", help: "Those of this domain." },
    {
      names: ["--domain-config-dir"],
      metavar: "DIR",
      help: `Where the files are; default is ${DOMAIN_CONFIGS}.`,
    },
  ],
  run: uploadDomainConfigs,
};

async function uploadDomainConfigs({ args, io, open }: Manage): Promise<number> {
  const only = args.text("domain_name");
  if (!args.flag("all") && only === null) {
    io.out("At least one option must be provided, use either --all or --domain-name\n");
    return 1;
  }
  if (args.flag("all") && only !== null) {
    io.out("The --all option cannot be used with the --domain-name option\n");
    return 1;
  }
  const folder = args.text("domain_config_dir") ?? DOMAIN_CONFIGS;
  if (!existsSync(folder)) throw new ManageError(`Unable to locate domain config directory: ${folder}`);
  using database = await open();
  const names =
    only !== null
      ? [only]
      : readdirSync(folder)
          .map((file) => /^keystone\.(.+)\.conf$/.exec(file)?.[1])
          .filter((name) => name !== undefined);
  const results = names.map((name) => {
    const said = upload(database.identity, name, join(folder, `keystone.${name}.conf`));
    if (said !== null) io.out(`${said}\n`);
    return said === null;
  });
  return results.every(Boolean) ? 0 : 1;
}

/** Null, or why not. */
function upload({ store, domainConfigs }: Identity, domain: string, file: string): string | null {
  const row = store.domainByName(domain);
  if (!row) return `Invalid domain name: ${domain} found in config file name: ${file} - ignoring this file.`;
  if (domainConfigs.exists(row.id)) {
    return `Domain: ${domain} already has a configuration defined - ignoring file: ${file}.`;
  }
  if (!existsSync(file)) return `Error parsing configuration file for domain: ${domain}, file: ${file}.`;
  try {
    domainConfigs.replace(row.id, readIni(readFileSync(file, "utf8")));
    return null;
  } catch (error) {
    return `Error processing config file for domain: ${domain}, filename: ${file}, error: ${(error as Error).message}`;
  }
}

function readIni(text: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let section: Record<string, string> | null = null;
  for (const line of text.split("\n")) {
    const head = /^\[([^\]]+)\]/.exec(line.trim());
    const entry = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (head) {
      section = sections[head[1]!] ?? {};
      sections[head[1]!] = section;
    } else if (entry && section) section[entry[1]!] = entry[2]!;
  }
  return sections;
}

const mappingEngine: ManageCommand = {
  name: "mapping_engine",
  help: "Try out mapping rules on what an identity provider would assert.",
  options: [
    {
      names: ["--rules"],
      metavar: "FILE",
      required: true,
      help: 'The rules, JSON: {"rules": [...]} or the list.',
    },
    {
      names: ["--input"],
      metavar: "FILE",
      required: true,
      help: "The assertion, a line for each: EMAIL: me@example.com. Several values are parted by semicolons.",
    },
    { names: ["--prefix"], metavar: "PREFIX", help: "Only names that begin so." },
    { names: ["--engine-debug"], kind: "flag", help: "Show rules and assertion as they are read." },
  ],
  run: tryMapping,
};

async function tryMapping({ args, io }: Manage): Promise<number> {
  const { applyRules, MappingFailed, readRules } = await import("./mapping-rules.ts");
  try {
    const rules = readRules(readJson(args.required("rules")));
    const assertion = readAssertion(args.required("input"), args.text("prefix") ?? "");
    if (args.flag("engine_debug")) {
      io.out(`Using Rules:\n${JSON.stringify({ rules }, null, 2)}\n`);
      io.out(`Using Assertion:\n${JSON.stringify(assertion, null, 2)}\n`);
    }
    io.out(`${JSON.stringify(applyRules(rules, assertion), null, 2)}\n`);
    return 0;
  } catch (error) {
    // A pattern of the rules may be none.
    if (error instanceof MappingFailed || error instanceof SyntaxError)
      throw new ManageError(error.message, { cause: error });
    throw error;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new ManageError(`Error while parsing rules ${path}: ${(cause as Error).message}`, { cause });
  }
}

function readAssertion(path: string, prefix: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new ManageError(`Error while opening file ${path}: ${(cause as Error).message}`, { cause });
  }
  const assertion: Record<string, string> = {};
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const at = line.indexOf(":");
    if (at < 0) {
      throw new ManageError(
        `assertion file ${path} at line ${index + 1} expected 'key: value' but found '${line.trim()}' see help for file format`,
      );
    }
    const name = line.slice(0, at).trim();
    if (name.startsWith(prefix)) assertion[name] = line.slice(at + 1).trim();
  });
  return assertion;
}

const samlMetadata: ManageCommand = {
  name: "saml_idp_metadata",
  help: "Print SAML metadata. This cloud is no identity provider.",
  async run() {
    throw new ManageError("saml_idp_metadata: this cloud is no SAML identity provider");
  },
};

export const mappingCommands: readonly ManageCommand[] = [
  mappingPurge,
  mappingPopulate,
  domainConfigUpload,
  mappingEngine,
  samlMetadata,
];
