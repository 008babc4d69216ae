/** Links of mails carry their code behind the #, where no server's log has it. */
export function mailedCode(): string {
  return decodeURIComponent(location.hash.slice(1));
}
