import type { Schemas } from '@/api/client';
import { discovery as texts } from '@/texts/discovery';
import { signals as words } from '@/texts/signals';
import { riskOf } from './risks';
import classes from './Signals.module.css';

/** What was seen in an account, the riskiest first, each with its id in the OWASP Non-Human Identities Top 10. */
export function Signals({ signals }: { signals: Schemas['SignalBody'][] }) {
  return (
    <ul className={classes['list']}>
      {signals.map(({ signal, text, risk, owasp_nhi: nhi }) => (
        <li key={text}>
          <i className="dot" style={{ background: `var(--status-${riskOf(risk)?.tone ?? 'off'})` }} aria-hidden />
          <span>
            <span data-tip={words[signal]?.why}>{text}</span> <span className="visually-hidden">({texts.showSignal(risk)})</span>
            {nhi && (
              <span className="muted number" data-tip={texts.nhiHint(nhi, texts.nhi[nhi] ?? nhi)}>
                {nhi}
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
