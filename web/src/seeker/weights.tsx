import { say } from "./words";

const WEIGHTS = [1, 2, 3, 4, 5] as const;

interface Props {
  name: string;
  value: number | null;
  onChoose: (weight: number | null) => void;
}

/** How heavy it is, 1 to 5: numbers first, height second, colour never alone. Chosen once more, it is taken back. */
export function Weights({ name, value, onChoose }: Props) {
  return (
    <>
      <div class="weights">
        {WEIGHTS.map((weight) => (
          <label key={weight} class="choice" style={{ "--w": String(weight) }}>
            <input
              type="radio"
              name={name}
              value={weight}
              checked={value === weight}
              aria-label={weight === 1 ? say("weight.1") : weight === 5 ? say("weight.5") : String(weight)}
              onChange={() => onChoose(weight)}
            />
            <span>
              <i />
              {weight}
            </span>
          </label>
        ))}
      </div>
      <div class="weights__ends" aria-hidden="true">
        <span>{say("weight.light")}</span>
        <span>{say("weight.heavy")}</span>
      </div>
      {value !== null && (
        <button class="btn btn--quiet btn--plain" type="button" onClick={() => onChoose(null)}>
          {say("weight.clear")}
        </button>
      )}
    </>
  );
}
