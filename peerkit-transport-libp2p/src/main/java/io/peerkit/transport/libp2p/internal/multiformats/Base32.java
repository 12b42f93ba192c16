// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import io.peerkit.api.InvalidBytesException;

/**
 * Base 32 in lower case and without padding; unused bits of the last character must be zero.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4648#section-6">RFC 4648, section 6</a>
 */
public final class Base32 {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private Base32() {}

    /**
     * Encodes bytes.
     *
     * @param bytes any
     * @return the text
     */
    public static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder((bytes.length * 8 + 4) / 5);
        int pending = 0;
        int bits = 0;
        for (byte next : bytes) {
            pending = ((pending << 8) | (next & 0xff)) & 0xfff;
            for (bits += 8; bits >= 5; bits -= 5) {
                text.append(ALPHABET.charAt((pending >> (bits - 5)) & 31));
            }
        }
        if (bits > 0) {
            text.append(ALPHABET.charAt((pending << (5 - bits)) & 31));
        }
        return text.toString();
    }

    /**
     * Decodes a text.
     *
     * @param text lower case, no padding; its length is the caller's to bound
     * @return the bytes
     * @throws InvalidBytesException when it is not what {@link #encode} writes for any bytes
     */
    public static byte[] decode(String text) {
        byte[] bytes = new byte[(int) (text.length() * 5L / 8)];
        int pending = 0;
        int bits = 0;
        int written = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = ALPHABET.indexOf(text.charAt(i));
            if (digit < 0) {
                throw new InvalidBytesException("base32 character " + (int) text.charAt(i) + " at " + i);
            }
            pending = ((pending << 5) | digit) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes[written++] = (byte) (pending >> bits);
            }
        }
        if (bits >= 5 || (pending & ((1 << bits) - 1)) != 0) {
            throw new InvalidBytesException(
                    "base32 of " + text.length() + " characters ends in " + bits + " bits that are no whole byte");
        }
        return bytes;
    }
}
