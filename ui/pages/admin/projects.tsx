// Projects and who has which role in them.

import {
  createProject,
  deleteProject,
  grantRole,
  listAssignments,
  listProjects,
  listRoles,
  listUsers,
  type Project,
  revokeRole,
  updateProject,
} from "../../api/identity.ts";
import { plural } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { loadSession, useSession } from "../../core/session.ts";
import { YesNo } from "../../parts/badge.tsx";
import { confirm, forEach } from "../../parts/confirm.tsx";
import { type Field, listOf, offering, openForm, textOf } from "../../parts/form.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";

export function ProjectsPage() {
  const { project: current } = useSession();
  const projects = useResource(listProjects, []);
  // The switcher shows them too.
  const reload = () => {
    projects.reload();
    void loadSession();
  };
  return (
    <Page title="Projects">
      <Table
        label="Projects"
        rows={projects}
        rowId={({ id }) => id}
        rowName={({ name }) => name}
        columns={COLUMNS}
        actions={(project) => [
          { label: "Manage Members", run: () => void members(project, reload) },
          { label: "Edit Project", run: () => edit(project, reload) },
          project.id !== current.id && {
            label: "Delete Project",
            danger: true,
            run: () => remove([project], reload),
          },
        ]}
        bulk={{
          label: "Delete Projects",
          danger: true,
          takes: ({ id }) => id !== current.id,
          run: remove,
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => create(reload)}>
            Create Project
          </button>
        }
        empty="There are no projects."
      />
    </Page>
  );
}

const COLUMNS: Column<Project>[] = [
  { title: "Name", value: ({ name }) => name, draw: ({ name }) => name },
  {
    title: "Description",
    value: ({ description }) => description,
    draw: ({ description }) => description || "-",
    optional: true,
  },
  { title: "Project ID", value: ({ id }) => id, draw: ({ id }) => <code>{id}</code> },
  {
    title: "Enabled",
    value: ({ enabled }) => (enabled ? "yes" : "no"),
    draw: ({ enabled }) => <YesNo value={enabled} />,
  },
];

function fieldsOf(project?: Project): Field[] {
  return [
    { name: "name", label: "Name", required: true, value: project?.name ?? "" },
    {
      name: "description",
      label: "Description",
      kind: "textarea",
      rows: 2,
      value: project?.description ?? "",
    },
    { name: "enabled", label: "Enabled", kind: "checkbox", value: project?.enabled ?? true },
  ];
}

function create(after: () => void): void {
  openForm({
    title: "Create Project",
    button: "Create Project",
    fields: fieldsOf(),
    submit: (values) =>
      createProject({
        name: textOf(values, "name"),
        description: textOf(values, "description"),
        enabled: values["enabled"] === true,
      }).then(after),
    done: (values) => `${textOf(values, "name")} was created. Give somebody a role in it: Manage Members.`,
  });
}

function edit(project: Project, after: () => void): void {
  openForm({
    title: "Edit Project",
    button: "Save",
    fields: fieldsOf(project),
    submit: (values) =>
      updateProject(project.id, {
        name: textOf(values, "name"),
        description: textOf(values, "description"),
        enabled: values["enabled"] === true,
      }).then(after),
    done: "Saved.",
  });
}

/** A field a role: who has it. What changed is granted and taken. */
async function members(project: Project, after: () => void): Promise<void> {
  await offering(
    Promise.all([listUsers(), listRoles(), listAssignments(project.id)]),
    ([users, roles, given]) => {
      const options = users.map(({ id, name }) => ({ value: id, label: name }));
      const holders = (roleId: string) =>
        given.filter((one) => one.roleId === roleId).map(({ userId }) => userId);
      openForm({
        title: `Members of ${project.name}`,
        button: "Save",
        fields: roles.map(({ id, name }) => ({
          name: id,
          label: `Role ${name}`,
          kind: "choices",
          options,
          value: holders(id),
          tab: name,
        })),
        async submit(values) {
          for (const { id } of roles) {
            const [before, now] = [holders(id), listOf(values, id)];
            const added = now.filter((userId) => !before.includes(userId));
            const taken = before.filter((userId) => !now.includes(userId));
            await forEach(added, (userId) => grantRole(project.id, userId, id));
            await forEach(taken, (userId) => revokeRole(project.id, userId, id));
          }
          after();
        },
        done: "Saved.",
      });
    },
  );
}

function remove(projects: Project[], after: () => void): void {
  confirm({
    title: `Delete ${plural(projects.length, "project")}?`,
    text: "What belongs to them stays behind without an owner. This cannot be undone.",
    names: projects.map(({ name }) => name),
    button: "Delete Projects",
    work: () => forEach(projects, ({ id }) => deleteProject(id)).finally(after),
    done: `Deleted ${plural(projects.length, "project")}.`,
  });
}
