// The project's security groups.

import {
  createSecurityGroup,
  deleteSecurityGroup,
  listSecurityGroups,
  type SecurityGroup,
} from "../../api/network.ts";
import { plural } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { href, navigate } from "../../core/router.ts";
import { confirm, forEach } from "../../parts/confirm.tsx";
import { openForm, textOf } from "../../parts/form.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";

/** The project's first group cannot be deleted. */
const isOwn = ({ name }: SecurityGroup) => name !== "default";
const addressOf = ({ id }: SecurityGroup) => `/project/security_groups/${id}`;

export function SecurityGroupsPage() {
  const groups = useResource(listSecurityGroups, []);
  const { reload } = groups;
  return (
    <Page title="Security Groups">
      <Table
        label="Security groups"
        rows={groups}
        rowId={({ id }) => id}
        rowName={({ name }) => name}
        columns={COLUMNS}
        actions={(group) => [
          { label: "Manage Rules", run: () => navigate(addressOf(group)) },
          isOwn(group) && {
            label: "Delete Security Group",
            danger: true,
            run: () => remove([group], reload),
          },
        ]}
        bulk={{
          label: "Delete Security Groups",
          danger: true,
          takes: isOwn,
          run: remove,
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => create(reload)}>
            Create Security Group
          </button>
        }
        empty="There are no security groups yet."
      />
    </Page>
  );
}

const COLUMNS: Column<SecurityGroup>[] = [
  {
    title: "Name",
    value: ({ name }) => name,
    draw: (group) => <a href={href(addressOf(group))}>{group.name}</a>,
  },
  {
    title: "Description",
    value: ({ description }) => description,
    draw: ({ description }) => description || "-",
  },
  {
    title: "Rules",
    value: (group) => group.security_group_rules.length,
    draw: (group) => group.security_group_rules.length,
    figures: true,
  },
];

function create(after: () => void): void {
  openForm({
    title: "Create Security Group",
    button: "Create Security Group",
    fields: [
      { name: "name", label: "Name", required: true },
      { name: "description", label: "Description" },
    ],
    submit: (values) =>
      createSecurityGroup({ name: textOf(values, "name"), description: textOf(values, "description") }).then(
        after,
      ),
    done: (values) => `${textOf(values, "name")} was created.`,
  });
}

function remove(groups: SecurityGroup[], after: () => void): void {
  confirm({
    title: `Delete ${plural(groups.length, "security group")}?`,
    text: "This cannot be undone.",
    names: groups.map(({ name }) => name),
    button: "Delete Security Groups",
    work: () => forEach(groups, ({ id }) => deleteSecurityGroup(id)).finally(after),
    done: `Deleted ${plural(groups.length, "security group")}.`,
  });
}
