// Bun embeds a file imported with { type: "text" } as a string.
declare module "*.sql" {
  const text: string;
  export default text;
}
