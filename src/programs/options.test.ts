import { describe, expect, test } from "bun:test";
import { help, usage, usageError } from "./help.ts";
import { type ParserSpec, parseArguments, UsageFailure } from "./options.ts";

const PARSER: ParserSpec = {
  prog: "keystone user-role-add",
  description: "Add role to user.",
  group: "Arguments",
  options: [
    { names: ["-h", "--help"], kind: "flag", help: null },
    {
      names: ["--user", "--user-id", "--user_id"],
      metavar: "<user>",
      required: true,
      help: "Name or ID of user.",
    },
    { names: ["--tenant", "--tenant-id"], metavar: "<tenant>", help: "Name or ID of tenant." },
    { names: ["--tenant_id"], help: null },
    { names: ["--pass"], dest: "passwd", kind: "optional", bare: "ask", help: "Password." },
    { names: ["--wrap"], parse: number, default: 0, help: "Length." },
    { names: ["--type"], choices: ["user", "group"], help: "Kind." },
  ],
  args: [{ dest: "role", metavar: "<role>", optional: true, help: "Name or ID of role." }],
};

function number(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`invalid int value: '${text}'`);
  return Number(text);
}

const values = (...argv: string[]) => parseArguments(PARSER, argv).args.values;

describe("options", () => {
  test("by any of their names, with = or a blank, in any order", () => {
    expect(values("--user=a", "r", "--tenant-id", "t")).toMatchObject({ user: "a", tenant: "t", role: "r" });
    expect(values("--user_id", "a")).toMatchObject({ user: "a", tenant: null, role: null, wrap: 0 });
    expect(values("--user", "a", "--tenant_id", "t")).toMatchObject({ tenant: null, tenant_id: "t" });
    expect(values("--user=", "--", "-r")).toMatchObject({ user: "", role: "-r" });
  });

  test("by an unambiguous beginning", () => {
    expect(values("--user", "a", "--wr", "7", "--ty=user")).toMatchObject({ wrap: 7, type: "user" });
  });

  test("a value that may be left out", () => {
    expect(values("--user", "a", "--pass").passwd).toBe("ask");
    expect(values("--user", "a", "--pass", "secret").passwd).toBe("secret");
    expect(values("--user", "a", "--pass", "--wrap", "1").passwd).toBe("ask");
  });

  test.each([
    [["r"], "argument --user/--user-id/--user_id is required"],
    [["--user"], "argument --user/--user-id/--user_id: expected one argument"],
    [["--user", "--wrap", "1"], "argument --user/--user-id/--user_id: expected one argument"],
    [["--user", "a", "--ten", "x"], "ambiguous option: --ten could match --tenant, --tenant-id, --tenant_id"],
    [["--user", "a", "--wrap", "x"], "argument --wrap: invalid int value: 'x'"],
    [["--user", "a", "--type", "x"], "argument --type: invalid choice: 'x' (choose from 'user', 'group')"],
    [["--user", "a", "--help=x"], "argument -h/--help: ignored explicit argument 'x'"],
  ])("%j is refused", (argv, message) => {
    expect(() => parseArguments(PARSER, argv)).toThrow(message);
  });

  test("what nobody asked for is handed back", () => {
    expect(parseArguments(PARSER, ["--user", "a", "r", "more", "--odd"]).extras).toEqual(["--odd", "more"]);
  });

  test("options that exclude each other", () => {
    const flags = ["--expand", "--check"].map((name) => ({ names: [name], kind: "flag" as const }));
    const parser: ParserSpec = { prog: "p", options: flags, exclusive: ["--expand", "--check"] };
    expect(() => parseArguments(parser, ["--check", "--expand"])).toThrow(
      "argument --expand: not allowed with argument --check",
    );
  });
});

test("CL-03 help lists arguments and options", () => {
  expect(help(PARSER, { columns: 80 })).toBe(
    `usage: keystone user-role-add --user <user> [--tenant <tenant>]
                              [--pass [PASSWD]] [--wrap WRAP] [--type TYPE]
                              [<role>]

Add role to user.

Arguments:
  <role>                Name or ID of role.
  --user <user>, --user-id <user>, --user_id <user>
                        Name or ID of user.
  --tenant <tenant>, --tenant-id <tenant>
                        Name or ID of tenant.
  --pass [PASSWD]       Password.
  --wrap WRAP           Length.
  --type TYPE           Kind.
`,
  );
});

test("a wrong command line is told after the usage", () => {
  const parser: ParserSpec = { prog: "p", options: [{ names: ["--name"], required: true }] };
  expect(usageError(new UsageFailure(parser, "argument --name is required"), { columns: 80 })).toBe(
    "usage: p --name NAME\np: error: argument --name is required\n",
  );
});

test("options that may be repeated, arguments that take what is left, choices", () => {
  const parser: ParserSpec = {
    prog: "p",
    options: [{ names: ["--meta"], kind: "append" }],
    args: [
      { dest: "action", metavar: "<action>", choices: ["set", "delete"] },
      { dest: "rest", metavar: "<rest>", many: "some" },
    ],
  };
  const { args } = parseArguments(parser, ["--meta", "a=1", "set", "x", "--meta=b=2", "y"]);
  expect([args.list("meta"), args.text("action"), args.list("rest")]).toEqual([
    ["a=1", "b=2"],
    "set",
    ["x", "y"],
  ]);
  expect(parseArguments(parser, ["set", "x"]).args.list("meta")).toEqual([]);
  expect(() => parseArguments(parser, ["set"])).toThrow("too few arguments");
  expect(() => parseArguments(parser, ["put", "x"])).toThrow(
    "argument <action>: invalid choice: 'put' (choose from 'set', 'delete')",
  );
  expect(usage(parser, { columns: 80 })).toBe("usage: p [--meta META] <action> <rest> [<rest> ...]\n");
});
