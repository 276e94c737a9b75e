// `nova-status upgrade check`: whether the cloud is fit for its release. The checks and their words are those of
// nova/cmd/status.py of Zed, the frame is oslo.upgradecheck's. Exit status: 0 all is well, 1 a warning, 2 a failure.

import { existsSync } from "node:fs";
import { CommandError, controlClient, statePaths } from "../../cli/command.ts";
import { endWithStatus } from "../ending.ts";
import { help, layoutOf } from "../help.ts";
import { type ParserSpec, parseArguments, UsageFailure } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import { boxed, type CheckResult } from "./box.ts";

const PARSER: ParserSpec = {
  prog: "nova-status",
  description: "Whether the compute service is fit for its release.",
  args: [
    { dest: "category", metavar: "upgrade" },
    { dest: "action", metavar: "check" },
  ],
  options: [
    { names: ["-h", "--help"], kind: "flag", help: null },
    { names: ["--state"], metavar: "DIR", help: "State directory of the cloud (env STACK_STATE)." },
    { names: ["--config-file", "--config-dir"], metavar: "PATH", help: null },
  ],
};

export function novaStatus(argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [CommandError], async () => {
    if (argv.includes("-h") || argv.includes("--help")) {
      io.out(help(PARSER, layoutOf(io.env)));
      return 0;
    }
    const { args } = parseArguments(PARSER, argv);
    if (args.text("category") !== "upgrade" || args.text("action") !== "check") {
      throw new UsageFailure(PARSER, "there is: nova-status upgrade check");
    }
    const results = await checks(args.text("state"), io);
    io.out(boxed("Upgrade Check Results", results));
    return Math.max(...results.map(({ code }) => code));
  });
}

async function checks(state: string | null, { env }: ProgramIo): Promise<CheckResult[]> {
  const invocation = { values: { state: state ?? undefined }, env };
  const paths = statePaths(invocation);
  const path = paths.at("nova.db");
  if (!existsSync(path)) throw new CommandError(`there is no cloud in ${paths.root}`);
  const [{ ProjectDatabase }, { ComputeNodes }] = await Promise.all([
    import("../../db/open.ts"),
    import("../../compute/nodes.ts"),
  ]);
  const db = new ProjectDatabase({ path, migrations: [] });
  let nodes: ReturnType<InstanceType<typeof ComputeNodes>["list"]>;
  try {
    nodes = new ComputeNodes(db).list();
  } finally {
    db.close();
  }
  const running: readonly string[] = await controlClient(invocation)
    .status()
    .then(
      ({ services }) => services.filter((service) => service.state === "running").map(({ window }) => window),
      (): string[] => [],
    );
  const policyJson = paths.at("etc", "nova", "policy.json");
  const result = (name: string, code: CheckResult["code"] = 0, details: string | null = null) => ({
    name,
    code,
    details,
  });
  return [
    nodes.length > 0 && nodes.every(({ mapped }) => mapped === 0)
      ? result(
          "Cells v2",
          2,
          "No host mappings found but there are compute nodes. Run command 'nova-manage cell_v2 simple_cell_setup' and then retry.",
        )
      : nodes.length === 0
        ? result(
            "Cells v2",
            0,
            "No host mappings or compute nodes were found. Remember to run command 'nova-manage cell_v2 discover_hosts' when new compute hosts are deployed.",
          )
        : result("Cells v2"),
    running.includes("placement-api")
      ? result("Placement API")
      : result("Placement API", 2, "Placement API does not seem to be running."),
    running.includes("c-api")
      ? result("Cinder API")
      : result("Cinder API", 1, "Unable to determine Cinder API version due to error: it does not answer."),
    existsSync(policyJson)
      ? result(
          "Policy File JSON to YAML Migration",
          2,
          "Your policy file is JSON-formatted which is deprecated. You need to switch to YAML-formatted file.",
        )
      : result("Policy File JSON to YAML Migration"),
    result("Older than N-1 computes"),
    result("hw_machine_type unset"),
  ];
}
