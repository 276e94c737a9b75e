// A lab as data: what the student is told, what the cloud is prepared with, the steps, and how each is recognised in
// the cloud's real state. docs/labs/README.md is the manual of this format.

import { type Static, Type } from "typebox";
import { SeedSchema } from "../seed/document.ts";
import { parseDocument } from "../seed/yaml.ts";

const closed = { additionalProperties: false };
const text = Type.String({ minLength: 1 });
const who = Type.Optional(text);
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);

/** What a value must be like; a plain value must be equal. */
export const Expectation = Type.Union([
  scalar,
  Type.Object(
    {
      is: Type.Optional(scalar),
      not: Type.Optional(scalar),
      /** A regular expression. */
      matches: Type.Optional(text),
      /** Of a list: this is one of its values. Of a text: this is a part of it. */
      has: Type.Optional(scalar),
      lacks: Type.Optional(scalar),
      count: Type.Optional(Type.Integer()),
      least: Type.Optional(Type.Number()),
      most: Type.Optional(Type.Number()),
      there: Type.Optional(Type.Boolean()),
    },
    { ...closed, minProperties: 1 },
  ),
]);

/** Path into the answer → what is expected there. */
const expect = Type.Optional(Type.Record(Type.String(), Expectation));
/** Said in place of what was found. */
const hint = { else: Type.Optional(text) };

const ApiCheck = Type.Object(
  {
    /** `compute GET /servers/detail`: catalog type, method, path. */
    api: Type.String({ pattern: "^[a-z0-9-]+ (GET|HEAD|POST) /\\S*$" }),
    as: who,
    body: Type.Optional(Type.Unknown()),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    status: Type.Optional(Type.Integer()),
    expect,
    /** Variable → path into the answer; for the checks that follow. */
    save: Type.Optional(Type.Record(Type.String(), Type.String())),
    ...hint,
  },
  closed,
);
const SqlCheck = Type.Object({ sql: text, expect, ...hint }, closed);
const LogCheck = Type.Object(
  { log: text, says: text, times: Type.Optional(Type.Integer({ minimum: 1 })), ...hint },
  closed,
);
const ServiceCheck = Type.Object(
  { service: text, is: Type.Union([Type.Literal("running"), Type.Literal("stopped")]), ...hint },
  closed,
);
const FileCheck = Type.Object(
  { file: text, says: who, mode: who, absent: Type.Optional(Type.Boolean()), ...hint },
  closed,
);
const RunCheck = Type.Object(
  { run: text, as: who, status: Type.Optional(Type.Integer()), says: who, lacks: who, expect, ...hint },
  closed,
);
const AnswerCheck = Type.Object({ answer: text, ...hint }, closed);

export const Check = Type.Union([
  ApiCheck,
  SqlCheck,
  LogCheck,
  ServiceCheck,
  FileCheck,
  RunCheck,
  AnswerCheck,
]);

const Step = Type.Object(
  {
    title: text,
    /** What the student is told beyond the title. */
    task: Type.Optional(text),
    hint: Type.Optional(text),
    as: who,
    /** Shell: a way that leads there. Tests go it; `stack lab solve` shows it. */
    do: text,
    check: Type.Array(Check, { minItems: 1 }),
    /** It must stay so. Otherwise a step that was seen done once is done. */
    holds: Type.Optional(Type.Boolean()),
  },
  closed,
);

export const LabSchema = Type.Object(
  {
    name: Type.String({ pattern: "^[a-z0-9][a-z0-9-]*$" }),
    row: who,
    title: text,
    about: text,
    /** The cloud's settings. */
    rc: Type.Optional(text),
    driver: Type.Optional(Type.Union([Type.Literal("fake"), Type.Literal("libvirt")])),
    /** Whose credentials the student has; demo when not said. */
    as: who,
    /** More users than admin and demo. */
    users: Type.Optional(
      Type.Record(Type.String(), Type.Object({ user: text, project: text, password: who }, closed)),
    ),
    /** What must be on the machine. */
    programs: Type.Optional(Type.Array(text)),
    root: Type.Optional(Type.Boolean()),
    /** What a later version of the cloud will have: why it cannot be started yet. */
    missing: Type.Optional(text),
    seed: Type.Optional(SeedSchema),
    /** Shell, at the start. */
    prepare: Type.Optional(
      Type.Array(Type.Object({ run: text, as: who, save: Type.Optional(text) }, closed)),
    ),
    /** Shell, before the cloud ends: what lies outside it. */
    cleanup: Type.Optional(text),
    steps: Type.Array(Step, { minItems: 1 }),
  },
  closed,
);

export type Lab = Static<typeof LabSchema>;
export type LabStep = Lab["steps"][number];
export type LabCheck = LabStep["check"][number];
export type Expected = Static<typeof Expectation>;

/** @throws DocumentError */
export function parseLab(source: string, file: string): Lab {
  return parseDocument<Lab>(LabSchema, source, file);
}
