import { Fragment } from 'react';

/** A distinguished name, which breaks after its commas and not within a word. */
export function Breakable({ dn }: { dn: string }) {
  return (
    <>
      {dn.split(/(?<=,)/).map((part, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}
