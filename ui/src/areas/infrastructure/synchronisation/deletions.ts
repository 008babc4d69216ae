/** What lets the engine's account list deleted objects, as docs/OPERATIONS.md says it. */
export function deletionsCommand(base: string, name: string): string {
  const container = `"CN=Deleted Objects,${base.replaceAll('"', '')}"`;
  const netbios = (name.split('.')[0] ?? '').toUpperCase();
  return `dsacls ${container} /takeownership\ndsacls ${container} /G ${netbios}\\tenure-agent:LCRP`;
}
