// Bun embeds a file imported with { type: "text" } as a string.
declare module "*.yaml" {
  const text: string;
  export default text;
}
