// Who may do what with the dashboard's own API. The names are our own: Horizon has none, it asks the services' policies.

import type { PolicyRule } from "../policy/enforcer.ts";

const ADMIN = "rule:context_is_admin";

function rule(name: string, check: string, description: string): PolicyRule {
  return { name, check, description };
}

export const policies: readonly PolicyRule[] = [
  rule("context_is_admin", "role:admin", "Who looks after the cloud."),
  rule("dashboard:session:switch_project", "@", "Exchange the session's token for one of another project."),
  rule("dashboard:topology", "@", "See what of the project's is connected to what."),
  rule("dashboard:services:list", ADMIN, "See every service's state, its reason and the queues."),
  rule("dashboard:services:control", ADMIN, "Stop, start and restart services."),
  rule("dashboard:logs:follow", ADMIN, "Read the services' logs."),
];
