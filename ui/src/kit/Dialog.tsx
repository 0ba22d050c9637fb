import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button } from "./Button";
import { cx } from "./cx";
import styles from "./Dialog.module.css";

type Props = {
  title: string;
  /** Whether the title is read out only. */
  titleHidden?: boolean;
  size?: "small" | "medium" | "large";
  /** Where it stands: in the middle, or near the top as lists to pick from do. */
  at?: "middle" | "top";
  onClose: () => void;
  children: ReactNode;
};

/** A window over everything else; Esc or a click beside it closes it. */
export function Dialog({
  title,
  titleHidden,
  size = "medium",
  at = "middle",
  onClose,
  children,
}: Props) {
  return (
    <ModalOverlay
      isOpen
      isDismissable
      className={cx(styles.overlay, at === "top" && styles.top)}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={cx(styles.modal, styles[size])}>
        <AriaDialog className={styles.dialog} aria-label={titleHidden ? title : undefined}>
          {!titleHidden && (
            <Heading slot="title" className={styles.title}>
              {title}
            </Heading>
          )}
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

type ConfirmProps = {
  title: string;
  text: string;
  confirm: string;
  cancel: string;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before something that cannot be taken back. */
export function Confirm({ title, text, confirm, cancel, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} size="small" onClose={onClose}>
      <p className={styles.text}>{text}</p>
      <div className={styles.buttons}>
        <Button onPress={onClose} autoFocus>
          {cancel}
        </Button>
        <Button
          variant="danger"
          onPress={() => {
            onConfirm();
            onClose();
          }}
        >
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
