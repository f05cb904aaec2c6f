/** Says that not all is shown, and shows more of it. */
export function ShowMore({ left, onMore }: { readonly left: string; readonly onMore: () => void }) {
  return (
    <button type="button" class="more" onClick={onMore}>
      Show more: {left} not shown
    </button>
  );
}
