// The Identity API v3, as far as the tables show it.

import { api } from "./http.ts";

const identity = api("/identity/v3");

export interface Project {
  id: string;
  name: string;
  description: string;
  enabled: boolean;
  domain_id: string;
}

export interface User {
  id: string;
  name: string;
  email?: string;
  enabled: boolean;
  domain_id: string;
  default_project_id?: string;
}

export async function listProjects(signal?: AbortSignal): Promise<Project[]> {
  return (await identity<{ projects: Project[] }>("/projects", { signal })).projects;
}

export async function createProject(project: {
  name: string;
  description: string;
  enabled: boolean;
}): Promise<void> {
  await identity("/projects", { method: "POST", body: { project: { ...project, domain_id: "default" } } });
}

export async function updateProject(id: string, project: Partial<Project>): Promise<void> {
  await identity(`/projects/${id}`, { method: "PATCH", body: { project } });
}

export async function deleteProject(id: string): Promise<void> {
  await identity(`/projects/${id}`, { method: "DELETE" });
}

export async function listUsers(signal?: AbortSignal): Promise<User[]> {
  return (await identity<{ users: User[] }>("/users", { signal })).users;
}

export interface NewUser {
  name: string;
  password: string;
  email?: string;
  default_project_id?: string;
  enabled: boolean;
}

export async function createUser(user: NewUser): Promise<User> {
  const body = { user: { ...user, domain_id: "default" } };
  return (await identity<{ user: User }>("/users", { method: "POST", body })).user;
}

export async function updateUser(
  id: string,
  user: Partial<Omit<NewUser, "default_project_id">> & { default_project_id?: string | null },
): Promise<void> {
  await identity(`/users/${id}`, { method: "PATCH", body: { user } });
}

export async function deleteUser(id: string): Promise<void> {
  await identity(`/users/${id}`, { method: "DELETE" });
}

export interface Role {
  id: string;
  name: string;
}

export async function listRoles(signal?: AbortSignal): Promise<Role[]> {
  return (await identity<{ roles: Role[] }>("/roles", { signal })).roles;
}

export async function grantRole(projectId: string, userId: string, roleId: string): Promise<void> {
  await identity(`/projects/${projectId}/users/${userId}/roles/${roleId}`, { method: "PUT" });
}

export async function revokeRole(projectId: string, userId: string, roleId: string): Promise<void> {
  await identity(`/projects/${projectId}/users/${userId}/roles/${roleId}`, { method: "DELETE" });
}

export interface Assignment {
  userId: string;
  roleId: string;
}

/** Roles given to users directly in a project. */
export async function listAssignments(projectId: string, signal?: AbortSignal): Promise<Assignment[]> {
  const { role_assignments } = await identity<{
    role_assignments: { user?: { id: string }; role: { id: string } }[];
  }>("/role_assignments", { query: { "scope.project.id": projectId }, signal });
  return role_assignments.flatMap(({ user, role }) => (user ? [{ userId: user.id, roleId: role.id }] : []));
}

export interface CatalogEntry {
  type: string;
  name: string;
  endpoints: { interface: string; url: string; region: string }[];
}

export async function listCatalog(signal?: AbortSignal): Promise<CatalogEntry[]> {
  return (await identity<{ catalog: CatalogEntry[] }>("/auth/catalog", { signal })).catalog;
}

export interface Ec2Credential {
  access: string;
  secret: string;
}

/** The user's credential for the project, made when there is none. */
export async function ec2Credential(userId: string, projectId: string): Promise<Ec2Credential> {
  const path = `/users/${userId}/credentials/OS-EC2`;
  const { credentials } = await identity<{ credentials: (Ec2Credential & { tenant_id: string })[] }>(path);
  const found = credentials.find(({ tenant_id }) => tenant_id === projectId);
  if (found) return found;
  const body = { tenant_id: projectId };
  return (await identity<{ credential: Ec2Credential }>(path, { method: "POST", body })).credential;
}
