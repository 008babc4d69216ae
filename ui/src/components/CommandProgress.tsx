import { Alert, Button, CloseButton, Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Check, CircleAlert, Clock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { common, progress as texts } from '@/texts/common';
import classes from './CommandProgress.module.css';

type Directory = Schemas['DirectoryBody'];

interface Props {
  /** What was asked: "Renew". */
  act: string;
  /** Where the directory is with it. */
  directory: Directory;
  /** Whose page tells which rights are missing, for whom may read that. */
  domain?: string | undefined;
  /** Once it is done. */
  onDismiss?: (() => void) | undefined;
  /** Where the caller may try a failed one again. */
  onRetry?: (() => void) | undefined;
}

// An engine reports after it has read back what it wrote: applied and verified arrive together.
const DONE: Record<Directory['state'], number> = { queued: 2, waiting: 2, failed: 2, applied: 4 };
const STEPS = ['accepted', 'sent', 'applied', 'verified'] as const;

/** How a command comes into the directory: accepted is not done. */
export function CommandProgress({ act, directory, domain, onDismiss, onRetry }: Props) {
  const { state, failure } = directory;
  const done = DONE[state];
  const look = {
    queued: { color: 'brand', icon: <Loader size={16} />, title: texts.underWay(act) },
    waiting: { color: 'yellow', icon: <Clock size={18} />, title: texts.waiting(act) },
    failed: { color: 'red', icon: <CircleAlert size={18} />, title: texts.failed(act) },
    applied: { color: 'teal', icon: <Check size={18} />, title: texts.completed(act) },
  }[state];
  return (
    <Alert color={look.color} variant="light" icon={look.icon} mb="md" data-testid="command" data-state={state}>
      <div className={classes['row']}>
        <div role="status" className={classes['title']}>
          {look.title}
        </div>
        <ol className={classes['steps']}>
          {STEPS.map((step, index) => (
            <Step key={step} done={index < done} current={index === done && state === 'queued'}>
              {texts.steps[step]}
            </Step>
          ))}
        </ol>
        {onDismiss && state === 'applied' && (
          <CloseButton size="sm" aria-label={common.dismiss} onClick={onDismiss} style={{ marginLeft: 'auto' }} />
        )}
      </div>
      {failure && (
        <div style={{ marginTop: 6 }}>
          {failure.explanation} <span className="muted">{failure.detail}</span>
          {domain && failure.reason === 'insufficient-rights' && (
            <div style={{ marginTop: 4 }}>
              <Link className="link" to="/domains/$id" params={{ id: domain }}>
                {texts.rights}
              </Link>
            </div>
          )}
        </div>
      )}
      {onRetry && state === 'failed' && (
        <Button size="xs" variant="default" mt="xs" onClick={onRetry}>
          {texts.retry}
        </Button>
      )}
    </Alert>
  );
}

function Step({ done, current, children }: { done: boolean; current: boolean; children: ReactNode }) {
  return (
    <li data-done={done || undefined}>
      {done && <Check size={14} aria-label={texts.done} />}
      {current && <Loader size={12} aria-label={texts.current} />}
      {children}
    </li>
  );
}
