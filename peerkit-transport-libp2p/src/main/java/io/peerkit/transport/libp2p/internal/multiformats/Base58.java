// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;

/**
 * Base 58 in Bitcoin's alphabet, as PeerIds are printed in.
 *
 * @see <a href="https://datatracker.ietf.org/doc/html/draft-msporny-base58-03">The Base58 Encoding Scheme</a>
 */
public final class Base58 {
    /** The longest text in characters. The conversion takes quadratic time, and a PeerId has no more than 58. */
    public static final int MAX_CHARACTERS = 128;

    /** The most bytes to encode: their text always fits {@link #MAX_CHARACTERS}. */
    public static final int MAX_BYTES = 93;

    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private Base58() {}

    /**
     * Encodes bytes.
     *
     * @param bytes at most {@link #MAX_BYTES}
     * @return the text
     */
    public static String encode(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("base58 of " + bytes.length + " bytes, at most " + MAX_BYTES);
        }
        byte[] digits = convert(bytes, 256, 58, MAX_CHARACTERS);
        StringBuilder text = new StringBuilder(digits.length);
        for (byte digit : digits) {
            text.append(ALPHABET.charAt(digit));
        }
        return text.toString();
    }

    /**
     * Decodes a text.
     *
     * @param text at most {@link #MAX_CHARACTERS}
     * @return the bytes
     * @throws InvalidBytesException when it is longer or has a character outside the alphabet
     */
    public static byte[] decode(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new InvalidBytesException("base58 of " + text.length() + " characters, at most " + MAX_CHARACTERS);
        }
        byte[] digits = new byte[text.length()];
        for (int i = 0; i < digits.length; i++) {
            int digit = ALPHABET.indexOf(text.charAt(i));
            if (digit < 0) {
                throw new InvalidBytesException("base58 character " + (int) text.charAt(i) + " at " + i);
            }
            digits[i] = (byte) digit;
        }
        return convert(digits, 58, 256, MAX_CHARACTERS);
    }

    /** Rewrites a big-endian number; each leading zero digit stays one. */
    private static byte[] convert(byte[] digits, int from, int to, int maxDigits) {
        int zeros = 0;
        while (zeros < digits.length && digits[zeros] == 0) {
            zeros++;
        }
        byte[] result = new byte[maxDigits];
        int start = maxDigits;
        for (int i = zeros; i < digits.length; i++) {
            int carry = digits[i] & 0xff;
            int at = maxDigits;
            while (at > start || carry > 0) {
                at--;
                carry += (result[at] & 0xff) * from;
                result[at] = (byte) (carry % to);
                carry /= to;
            }
            start = at;
        }
        return Arrays.copyOfRange(result, start - zeros, maxDigits);
    }
}
