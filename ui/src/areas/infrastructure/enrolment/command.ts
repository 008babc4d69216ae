import type { Schemas } from '@/api/client';

/** As a shell takes it for one word, whatever it holds. */
function word(text: string): string {
  return /^[\w.:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Where everything of the engine lies, and what has to be there before it enrols. */
export const FOLDER = '/etc/tenure-agent';
export const NEEDED = { password: `${FOLDER}/bind.pass`, authority: `${FOLDER}/ca.pem` };

/** What is run on the engine's machine to enrol it. One line for the shell, so that it may be pasted whole. */
export function enrolCommand(core: string, { name, kind }: Pick<Schemas['DomainBody'], 'name' | 'kind'>): string {
  const lines = [
    `read -rsp 'Token: ' TENURE_ENGINE_TOKEN && export TENURE_ENGINE_TOKEN &&`,
    `tenure agent enrol --core ${word(core)} --folder ${FOLDER}`,
  ];
  if (kind === 'active-directory') {
    lines.push(
      `  --address ${word(`dc1.${name}:636`)} --ca-file ${NEEDED.authority}`,
      `  --bind-user ${word(`tenure-agent@${name}`)} --bind-password-file ${NEEDED.password}`,
    );
  }
  return lines.join(' \\\n');
}

/** Shows its public key there. */
export const KEY_COMMAND = `tenure agent --config ${FOLDER}/agent.toml --public-key`;

/** Runs it. */
export const RUN_COMMAND = `tenure agent --config ${FOLDER}/agent.toml`;
