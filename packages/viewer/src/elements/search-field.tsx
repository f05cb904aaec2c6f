export interface SearchFieldProps {
  readonly placeholder: string;
  /** What is looked for in what, for those who do not see it. */
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function SearchField({ placeholder, label, value, onChange }: SearchFieldProps) {
  return <input type="search" placeholder={placeholder} aria-label={label} value={value} onInput={(event) => onChange(event.currentTarget.value)} />;
}
