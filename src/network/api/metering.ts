// /v2.0/metering/metering-labels and /v2.0/metering/metering-label-rules

import { eq, or } from "drizzle-orm";
import * as t from "../tables.ts";
import { attribute, common, type Fields, given } from "./attributes.ts";
import type { Resource } from "./resource.ts";
import { type ApiParts, owner, projectColumns } from "./resources.ts";
import { oneOf, orNone, string, subnet, uuid } from "./validators.ts";

const labelAttributes = {
  id: common.id,
  name: attribute("Cvfs", { default: "", validate: string(255) }),
  description: attribute("Cvfs", { default: "", validate: string(1024) }),
  ...common.project,
  shared: common.flag("Cvfs", false),
};

export function meteringLabelResource({ parts }: ApiParts): Resource<t.MeteringLabelRow> {
  const { metering, store } = parts;
  return {
    name: "metering_label",
    collection: "metering_labels",
    path: "metering/metering-labels",
    attributes: labelAttributes,
    source: {
      rows: store.meteringLabels as never,
      visible: (context) =>
        context.isAdmin
          ? undefined
          : or(eq(t.meteringLabels.project_id, context.projectId ?? ""), eq(t.meteringLabels.shared, true)),
      columns: {
        id: t.meteringLabels.id,
        name: t.meteringLabels.name,
        description: t.meteringLabels.description,
        ...projectColumns(t.meteringLabels.project_id),
        shared: t.meteringLabels.shared,
      },
    },
    view: (_context, rows) =>
      rows.map((row) => ({ ...row, project_id: row.project_id ?? "", tenant_id: row.project_id ?? "" })),
    get: (context, id) => metering.label(context, id),
    create: (_context, fields) =>
      metering.createLabel({
        project_id: owner(fields),
        name: given<string>(fields["name"]),
        description: given<string>(fields["description"]),
        shared: given<boolean>(fields["shared"]),
      }),
    remove: (context, id) => metering.deleteLabel(context, id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

const prefix = attribute("Cvfs", { default: null, validate: orNone(subnet) });

const ruleAttributes = {
  id: common.id,
  metering_label_id: attribute("Cvfs", { validate: uuid }),
  direction: attribute("Cvfs", { validate: oneOf(["ingress", "egress"]) }),
  excluded: common.flag("Cvfs", false),
  remote_ip_prefix: prefix,
  source_ip_prefix: prefix,
  destination_ip_prefix: prefix,
  tenant_id: attribute("C", { validate: string(255) }),
  project_id: attribute("C", { validate: string(255) }),
};

export function meteringRuleResource({ parts }: ApiParts): Resource<t.MeteringLabelRuleRow> {
  const { metering, store } = parts;
  return {
    name: "metering_label_rule",
    collection: "metering_label_rules",
    path: "metering/metering-label-rules",
    attributes: ruleAttributes,
    source: {
      rows: store.meteringRules as never,
      visible: () => undefined,
      columns: {
        id: t.meteringLabelRules.id,
        metering_label_id: t.meteringLabelRules.metering_label_id,
        direction: t.meteringLabelRules.direction,
        excluded: t.meteringLabelRules.excluded,
        remote_ip_prefix: t.meteringLabelRules.remote_ip_prefix,
        source_ip_prefix: t.meteringLabelRules.source_ip_prefix,
        destination_ip_prefix: t.meteringLabelRules.destination_ip_prefix,
      },
    },
    view: (_context, rows) => rows.map((row): Fields => ({ ...row })),
    get: (_context, id) => metering.rule(id),
    create: (context, fields) =>
      metering.createRule(context, {
        metering_label_id: fields["metering_label_id"] as string,
        direction: fields["direction"] as t.Direction,
        excluded: given<boolean>(fields["excluded"]),
        remote_ip_prefix: given<string | null>(fields["remote_ip_prefix"]),
        source_ip_prefix: given<string | null>(fields["source_ip_prefix"]),
        destination_ip_prefix: given<string | null>(fields["destination_ip_prefix"]),
      }),
    remove: (_context, id) => {
      metering.deleteRule(id);
    },
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}
