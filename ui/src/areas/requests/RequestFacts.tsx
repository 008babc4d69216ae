import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useCan } from '@/api/session';
import type { Schemas } from '@/api/client';
import { ownerName } from '@/areas/accounts/OwnerNames';
import { Breakable } from '@/components/Breakable';
import { Time } from '@/components/Time';
import { common } from '@/texts/common';
import { request as texts, requests } from '@/texts/requests';

/** What is asked for: as submitted, or as written so far. */
export function RequestFacts({ request }: { request: Schemas['RequestBody'] }) {
  const { content, submission, template, owners } = request;
  const can = useCan();
  const named = submission?.owners ?? [{ ...request.requester, kind: 'user' }, ...owners];
  const attributes = Object.entries(content.attributes ?? {});
  const about = 'account' in content.kind ? content.kind.account : undefined;
  const name = submission?.name ?? content.name;
  return (
    <dl className="facts">
      <Fact term={texts.terms.account}>
        {about ? (
          <Link className="link" to="/accounts/$id" params={{ id: about } as never}>
            {name || texts.openAccount}
          </Link>
        ) : (
          name || <span className="muted">{requests.unnamed}</span>
        )}
      </Fact>
      {content.description && <Fact term={texts.terms.description}>{content.description}</Fact>}
      <Fact term={texts.terms.template}>
        {can('provision-template:read') ? (
          <Link className="link" to="/templates/$id" params={{ id: template.id } as never}>
            {template.name}
          </Link>
        ) : (
          template.name
        )}
        {submission && <span className="muted">, {texts.terms.version(submission.template_version)}</span>}
      </Fact>
      {submission && <Fact term={texts.terms.domain}>{submission.domain.name}</Fact>}
      <Fact term={texts.terms.owners}>{named.map(ownerName).join(', ')}</Fact>
      <Fact term={texts.terms.period}>
        {submission?.period ?? content.period ?? <span className="muted">{common.none}</span>}
      </Fact>
      {(submission?.ou ?? content.ou) && (
        <Fact term={texts.terms.ou}>
          <Breakable dn={submission?.ou ?? content.ou ?? ''} />
        </Fact>
      )}
      {(submission?.folder ?? content.folder) && (
        <Fact term={texts.terms.folder}>{submission?.folder ?? content.folder}</Fact>
      )}
      {submission?.gmsa && (
        <Fact term={texts.terms.principals}>{submission.gmsa.principals.join('; ')}</Fact>
      )}
      {attributes.map(([attribute, values]) => (
        <Fact key={attribute} term={attribute}>
          {values.join(', ') || texts.terms.cleared}
        </Fact>
      ))}
      {content.groups && content.groups.length > 0 && (
        <Fact term={texts.terms.groups}>{content.groups.join('; ')}</Fact>
      )}
      {submission?.accepted_terms && (
        <Fact term={texts.terms.accepted}>
          {texts.terms.acceptedAt} <Time at={submission.accepted_terms.at} show="minute" />
        </Fact>
      )}
      <Fact term={texts.terms.submitted}>
        {submission ? <Time at={submission.at} show="minute" /> : <span className="muted">{texts.terms.notYet}</span>}
      </Fact>
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}
