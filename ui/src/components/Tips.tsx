import { useEffect, useState } from 'react';

interface Tip {
  x: number;
  y: number;
  text: string;
}

const DELAY = 250;
const MARGIN = 130;

function tipOf(target: EventTarget | null): Tip | null {
  if (!(target instanceof Element)) return null;
  // What a table had to cut off is told whole.
  const cell = target.closest<HTMLElement>('.table td');
  const cut = cell && cell.scrollWidth > cell.clientWidth ? cell : null;
  const element = target.closest('[data-tip]') ?? cut;
  const text = element?.getAttribute('data-tip') ?? cut?.innerText;
  if (!element || !text) return null;
  const box = element.getBoundingClientRect();
  const middle = box.left + box.width / 2;
  return {
    x: Math.min(Math.max(middle, MARGIN), Math.max(MARGIN, innerWidth - MARGIN)),
    y: box.top > 70 ? box.top - 6 : box.bottom + 40,
    text,
  };
}

/** One tooltip for everything that has `data-tip`: a component per table cell would cost a millisecond each. */
export function Tips() {
  const [tip, setTip] = useState<Tip | null>(null);
  useEffect(() => {
    let timer = 0;
    const hide = () => {
      clearTimeout(timer);
      setTip(null);
    };
    const show = (event: Event) => {
      hide();
      const next = tipOf(event.target);
      if (next) timer = window.setTimeout(() => setTip(next), DELAY);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key === 'Escape') hide();
    };
    document.addEventListener('pointerover', show);
    document.addEventListener('focusin', show);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('keydown', escape);
    document.addEventListener('scroll', hide, true);
    return () => {
      hide();
      document.removeEventListener('pointerover', show);
      document.removeEventListener('focusin', show);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('keydown', escape);
      document.removeEventListener('scroll', hide, true);
    };
  }, []);
  if (!tip) return null;
  return (
    <div role="tooltip" className="tip" style={{ left: tip.x, top: tip.y }}>
      {tip.text}
    </div>
  );
}
