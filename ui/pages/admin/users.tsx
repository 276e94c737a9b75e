// Users.

import {
  createUser,
  deleteUser,
  grantRole,
  listProjects,
  listRoles,
  listUsers,
  type User,
  updateUser,
} from "../../api/identity.ts";
import { attempt } from "../../core/flash.ts";
import { plural } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { useSession } from "../../core/session.ts";
import { YesNo } from "../../parts/badge.tsx";
import { confirm, forEach } from "../../parts/confirm.tsx";
import { offering, openForm, textOf } from "../../parts/form.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";

export function UsersPage() {
  const { user: self } = useSession();
  const users = useResource(listUsers, []);
  const { reload } = users;
  const isOther = ({ id }: User) => id !== self.id;
  return (
    <Page title="Users">
      <Table
        label="Users"
        rows={users}
        rowId={({ id }) => id}
        rowName={({ name }) => name}
        columns={COLUMNS}
        actions={(user) => [
          { label: "Edit", run: () => void edit(user, reload) },
          { label: "Change Password", run: () => changePassword(user) },
          isOther(user) && {
            label: user.enabled ? "Disable User" : "Enable User",
            run: () =>
              void attempt(
                () => updateUser(user.id, { enabled: !user.enabled }),
                `${user.name} is ${user.enabled ? "disabled" : "enabled"}.`,
              ).then(reload),
          },
          isOther(user) && { label: "Delete User", danger: true, run: () => remove([user], reload) },
        ]}
        bulk={{
          label: "Delete Users",
          danger: true,
          takes: isOther,
          run: remove,
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => void create(reload)}>
            Create User
          </button>
        }
        empty="There are no users."
      />
    </Page>
  );
}

const COLUMNS: Column<User>[] = [
  { title: "User Name", value: ({ name }) => name, draw: ({ name }) => name },
  { title: "Email", value: ({ email }) => email ?? "", draw: ({ email }) => email || "-" },
  { title: "User ID", value: ({ id }) => id, draw: ({ id }) => <code>{id}</code> },
  {
    title: "Enabled",
    value: ({ enabled }) => (enabled ? "yes" : "no"),
    draw: ({ enabled }) => <YesNo value={enabled} />,
  },
];

const PASSWORD = {
  name: "password",
  label: "Password",
  kind: "password",
  required: true,
  autocomplete: "new-password",
} as const;

async function create(after: () => void): Promise<void> {
  await offering(Promise.all([listProjects(), listRoles()]), ([projects, roles]) =>
    openForm({
      title: "Create User",
      button: "Create User",
      fields: [
        { name: "name", label: "User Name", required: true },
        { name: "email", label: "Email", kind: "email" },
        PASSWORD,
        {
          name: "project",
          label: "Primary Project",
          kind: "select",
          options: projects.map(({ id, name }) => ({ value: id, label: name })),
        },
        {
          name: "role",
          label: "Role",
          kind: "select",
          required: true,
          options: roles.map(({ id, name }) => ({ value: id, label: name })),
          value: roles.find(({ name }) => name === "member")?.id ?? roles[0]?.id ?? "",
          when: (values) => textOf(values, "project") !== "",
        },
        { name: "enabled", label: "Enabled", kind: "checkbox", value: true },
      ],
      async submit(values) {
        const project = textOf(values, "project");
        const email = textOf(values, "email");
        const { id } = await createUser({
          name: textOf(values, "name"),
          password: String(values["password"]),
          enabled: values["enabled"] === true,
          ...(email ? { email } : {}),
          ...(project ? { default_project_id: project } : {}),
        });
        if (project) await grantRole(project, id, textOf(values, "role"));
        after();
      },
      done: (values) => `${textOf(values, "name")} was created.`,
    }),
  );
}

async function edit(user: User, after: () => void): Promise<void> {
  await offering(listProjects(), (projects) =>
    openForm({
      title: "Edit User",
      button: "Save",
      fields: [
        { name: "name", label: "User Name", required: true, value: user.name },
        { name: "email", label: "Email", kind: "email", value: user.email ?? "" },
        {
          name: "project",
          label: "Primary Project",
          kind: "select",
          options: projects.map(({ id, name }) => ({ value: id, label: name })),
          value: user.default_project_id ?? "",
        },
      ],
      submit: (values) =>
        updateUser(user.id, {
          name: textOf(values, "name"),
          email: textOf(values, "email"),
          default_project_id: textOf(values, "project") || null,
        }).then(after),
      done: "Saved.",
    }),
  );
}

function changePassword({ id, name }: User): void {
  openForm({
    title: `Change Password of ${name}`,
    intro: "Every session of the user ends.",
    button: "Save",
    fields: [PASSWORD],
    submit: (values) => updateUser(id, { password: String(values["password"]) }),
    done: "The password was changed.",
  });
}

function remove(users: User[], after: () => void): void {
  confirm({
    title: `Delete ${plural(users.length, "user")}?`,
    text: "This cannot be undone.",
    names: users.map(({ name }) => name),
    button: "Delete Users",
    work: () => forEach(users, ({ id }) => deleteUser(id)).finally(after),
    done: `Deleted ${plural(users.length, "user")}.`,
  });
}
