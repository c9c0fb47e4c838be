/** Outlines of 24 by 24, one path each. A page carries only those that it names. */
export const helpIcon =
  "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM15.7 12a3.7 3.7 0 1 1-7.4 0 3.7 3.7 0 0 1 7.4 0zM5.7 5.7l3.7 3.7M14.6 14.6l3.7 3.7M18.3 5.7l-3.7 3.7M9.4 14.6l-3.7 3.7";
export const exitIcon = "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M3.5 12H14M10 8l4 4-4 4";
export const checkIcon = "M4.5 12.8l4.8 4.7L19.5 7";
export const flagIcon = "M6 21V4M6 4.5h11l-2.2 4 2.2 4H6";
export const downIcon = "M6 9.5l6 6 6-6";
export const warningIcon = "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.1";
export const phoneIcon =
  "M6.2 3.5h2.6l1.6 4.3-2 1.5a12 12 0 0 0 6.3 6.3l1.5-2 4.3 1.6v2.6a2 2 0 0 1-2.1 2A16.3 16.3 0 0 1 4.2 5.6a2 2 0 0 1 2-2.1z";
export const moreIcon =
  "M6.2 12a.7.7 0 1 1-1.4 0 .7.7 0 0 1 1.4 0zM12.7 12a.7.7 0 1 1-1.4 0 .7.7 0 0 1 1.4 0zM19.2 12a.7.7 0 1 1-1.4 0 .7.7 0 0 1 1.4 0z";
export const clockIcon = "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0zM12 7v5.2l3.2 2";
export const nextIcon = "M9.5 6l6 6-6 6";
export const backIcon = "M14.5 6l-6 6 6 6";
export const lockIcon =
  "M7 11h10a2 2 0 0 1 2 2v5.5a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V13a2 2 0 0 1 2-2zM8 11V8a4 4 0 0 1 8 0v3";
export const bellIcon = "M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4";
export const sendIcon = "M12 19.5V5M5.5 11.2 12 4.7l6.5 6.5";
export const closeIcon = "M6 6l12 12M18 6 6 18";
export const offlineIcon =
  "M3.5 3.5l17 17M5 11.5a10 10 0 0 1 4-2.6M12.5 8.5a10 10 0 0 1 6.5 3M8.3 15a5.4 5.4 0 0 1 4.6-1.5M12.3 18.8a.3.3 0 1 1-.6 0 .3.3 0 0 1 .6 0z";
export const moonIcon = "M19.5 14.4A8 8 0 0 1 9.6 4.5a8 8 0 1 0 9.9 9.9z";
export const pauseIcon = "M9 6v12M15 6v12";
export const swapIcon = "M4 8.5h14M14.5 5l3.5 3.5-3.5 3.5M20 15.5H6M9.5 12 6 15.5 9.5 19";
export const handsIcon =
  "M4 14.5c2.5-2.5 4.5-2.7 6.5-1l3 2.3M13.5 15.8c1 .9.2 2.4-1.1 2L9 16.7M13.8 16l5-3.3c1.4-.8 2.4.8 1.4 1.8l-5.5 5.2c-1 .9-2 1-3.2.7L4 18.6";
export const bookIcon = "M12 6.5c-2-1.5-4.5-2-8-2v13.5c3.5 0 6 .5 8 2 2-1.5 4.5-2 8-2V4.5c-3.5 0-6 .5-8 2zM12 6.5V20";
export const saveIcon = "M12 4v11M7 10.5l5 5 5-5M4.5 20h15";
export const keyIcon = "M12 15.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM11 12.6 19.5 4M16 7.5l2.8 2.8";
export const questionIcon =
  "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM9.4 9.6a2.7 2.7 0 1 1 4.1 2.3c-1 .6-1.5 1.1-1.5 2.1M12.3 17a.3.3 0 1 1-.6 0 .3.3 0 0 1 .6 0z";
export const blockIcon = "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM5.7 5.7l12.6 12.6";

interface Props {
  of: string;
  /** It points in reading direction: turned round on a right-to-left page. */
  points?: boolean;
}

export function Icon({ of, points }: Props) {
  return (
    <svg class={points ? "icon icon--points" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
      <path d={of} />
    </svg>
  );
}
