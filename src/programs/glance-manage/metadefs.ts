// load_metadefs, unload_metadefs and export_metadefs: JSON files with a namespace each, in and out
// (glance/db/sqlalchemy/metadata.py of Zed).

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MetadefDocument } from "../../image/maintenance.ts";
import type { ProgramIo } from "../program.ts";
import type { ManageVerb } from "./index.ts";

/** Something expected that ends the program with status 1; printed as it stands. */
export class ManageError extends Error {
  override name = "ManageError";
}

/** glance-api.conf: metadata_source_path */
const SOURCE = "/etc/glance/metadefs/";

const flag = (name: string, help: string) => ({ names: [`--${name}`], kind: "flag" as const, help });

const load: ManageVerb = {
  name: "load_metadefs",
  help: "Load metadefinition json files to database",
  options: [
    {
      names: ["--path"],
      metavar: "<path>",
      help: `Path to the directory or file where json metadata is stored; ${SOURCE} when not given.`,
    },
    flag("merge", "Merge files with data that is in the database; what is there wins."),
    flag("prefer_new", "While merging, new metadata wins over existing."),
    flag("overwrite", "While merging, drop and rewrite metadata."),
  ],
  async run({ args, io, open }) {
    const files = filesOf(args.text("path") ?? SOURCE);
    if (files.length === 0) {
      throw new ManageError(`Json schema files not found in ${args.text("path") ?? SOURCE}. Aborting.`);
    }
    const [{ loadMetadefs }, { systemClock }] = await Promise.all([
      import("../../image/maintenance.ts"),
      import("../../core/clock.ts"),
    ]);
    const merge = args.flag("merge");
    const options = {
      merge,
      preferNew: merge && args.flag("prefer_new"),
      overwrite: merge && args.flag("overwrite"),
    };
    const db = await open();
    try {
      for (const file of files) {
        const document = documentOf(file, io);
        if (!document) continue;
        if (loadMetadefs(db, systemClock, document, options)) io.err(`File ${file} loaded to database.\n`);
        else io.err(`Skipping namespace ${document.namespace}. It already exists in the database.\n`);
      }
    } finally {
      db.close();
    }
    return 0;
  },
};

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => join(path, name));
}

/** Null for a file that holds no namespace, which is told. */
function documentOf(file: string, { err }: ProgramIo): MetadefDocument | null {
  try {
    const document = JSON.parse(readFileSync(file, "utf8"));
    if (typeof document?.namespace === "string") return document;
    throw new Error("no namespace");
  } catch (error) {
    err(`Failed to parse json file ${file} while populating metadata due to: ${(error as Error).message}\n`);
    return null;
  }
}

const unload: ManageVerb = {
  name: "unload_metadefs",
  help: "Unload metadefinitions from database",
  async run({ io, open }) {
    const { unloadMetadefs } = await import("../../image/maintenance.ts");
    const db = await open();
    try {
      unloadMetadefs(db);
    } finally {
      db.close();
    }
    io.err("Table metadef_namespaces has been cleared\n");
    return 0;
  },
};

const unsafe = /[^\w.-]/g;

const exporting: ManageVerb = {
  name: "export_metadefs",
  help: "Export metadefinitions data from database to files",
  options: [
    {
      names: ["--path"],
      metavar: "<path>",
      help: `Path to the directory where json metadata files should be saved; ${SOURCE} when not given.`,
    },
  ],
  async run({ args, io, open }) {
    const folder = args.text("path") ?? SOURCE;
    const { exportMetadefs } = await import("../../image/maintenance.ts");
    const db = await open();
    try {
      mkdirSync(folder, { recursive: true });
      for (const document of exportMetadefs(db)) {
        // A namespace's name is a user's text: it never leaves the folder.
        const file = join(folder, `${document.namespace.replace(unsafe, "_")}.json`);
        writeFileSync(file, `${JSON.stringify(document, null, 4)}\n`);
        io.err(`Namespace ${document.namespace} saved in ${file}\n`);
      }
    } finally {
      db.close();
    }
    return 0;
  },
};

export const metadefVerbs: readonly ManageVerb[] = [load, unload, exporting];
