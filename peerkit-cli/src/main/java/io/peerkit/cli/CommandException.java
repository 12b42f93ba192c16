// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

/** A command that cannot be carried out as it was given. */
final class CommandException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * @param code a stable kebab-case name for programs
     * @param message for people
     */
    CommandException(String code, String message) {
        super(message);
        this.code = code;
    }

    String code() {
        return code;
    }
}
