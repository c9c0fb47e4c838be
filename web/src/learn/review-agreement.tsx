import { backIcon, Icon } from "../shared/icon";
import { Frame } from "../staff/frame";
import { useLoaded } from "../staff/loading";
import { t } from "../staff/words";
import { percent } from "./percent";
import { type AgreementLine, loadAgreement } from "./review";
import { useTitle } from "./title";

/** How far two mentors who read the same chat see the same. */
export function AgreementPage() {
  const loaded = useLoaded(loadAgreement);
  useTitle(t("agreement.title"));
  return (
    <div class="stack stack--5">
      <a class="btn btn--dense btn--quiet btn--plain back" href="#reviews">
        <Icon of={backIcon} points />
        {t("reviews.back")}
      </a>
      <div class="stack stack--2">
        <h1 class="learn__title">{t("agreement.title")}</h1>
        <p class="lede">{t("agreement.lede")}</p>
      </div>
      <Frame loaded={loaded}>
        {(value) => (
          <>
            {value.whole.kappa === null && (
              <p>{t("agreement.too_few", { n: value.whole.reviews, m: value.few_pairs })}</p>
            )}
            {value.whole.same !== null && (
              <section class="panel">
                <table class="table table--stack">
                  <caption>{value.rubric}</caption>
                  <thead>
                    <tr>
                      <th scope="col">{t("reviews.item")}</th>
                      <th scope="col" class="num">
                        {t("agreement.reviews")}
                      </th>
                      <th scope="col" class="num">
                        {t("agreement.same")}
                      </th>
                      <th scope="col" class="num">
                        {t("agreement.near")}
                      </th>
                      <th scope="col" class="num">
                        {t("agreement.kappa")}
                      </th>
                      <th scope="col" class="num">
                        {t("agreement.interval")}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    <Row line={value.whole} title={t("agreement.whole")} />
                    {value.items.map((line) => (
                      <Row key={line.item} line={line} title={line.title} />
                    ))}
                  </tbody>
                </table>
              </section>
            )}
            <p class="small soft">{t("agreement.how", { version: value.version })}</p>
          </>
        )}
      </Frame>
    </div>
  );
}

const number = (value: number | null): string => (value === null ? t("agreement.not_said") : value.toFixed(2));

function Row({ line, title }: { line: AgreementLine; title: string }) {
  return (
    <tr>
      <th scope="row">{title}</th>
      <td class="num" data-label={t("agreement.reviews")}>
        {line.reviews}
      </td>
      <td class="num" data-label={t("agreement.same")}>
        {line.same === null ? t("agreement.not_said") : percent(line.same)}
      </td>
      <td class="num" data-label={t("agreement.near")}>
        {line.near === null ? t("agreement.not_said") : percent(line.near)}
      </td>
      <td class="num" data-label={t("agreement.kappa")}>
        {number(line.kappa)}
      </td>
      <td class="num" data-label={t("agreement.interval")}>
        {line.low === null || line.high === null
          ? t("agreement.not_said")
          : t("agreement.from_to", { low: line.low.toFixed(2), high: line.high.toFixed(2) })}
      </td>
    </tr>
  );
}
