// Folders and files as the writers of disk images want them.

export interface FileNode {
  kind: "file";
  name: string;
  data: Uint8Array;
}

export interface FolderNode {
  kind: "folder";
  name: string;
  children: (FolderNode | FileNode)[];
}

/** From paths with slashes. Children are in the order of their names. */
export function folderOf(files: Readonly<Record<string, Uint8Array>>): FolderNode {
  const root: FolderNode = { kind: "folder", name: "", children: [] };
  const paths = Object.keys(files).sort();
  for (const path of paths) {
    const names = path.split("/");
    const file = names.pop() ?? "";
    let folder = root;
    for (const name of names) {
      let next = folder.children.find(
        (child): child is FolderNode => child.kind === "folder" && child.name === name,
      );
      if (!next) {
        next = { kind: "folder", name, children: [] };
        folder.children.push(next);
      }
      folder = next;
    }
    folder.children.push({ kind: "file", name: file, data: files[path] ?? new Uint8Array() });
  }
  sort(root);
  return root;
}

function sort(folder: FolderNode): void {
  folder.children.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  for (const child of folder.children) if (child.kind === "folder") sort(child);
}
