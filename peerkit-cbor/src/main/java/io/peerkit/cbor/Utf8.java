// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

/** What the text of a map key or value looks like as UTF-8 (RFC 3629), without encoding it. */
final class Utf8 {
    private Utf8() {}

    /** Fails when half of a surrogate pair stands alone: it has no UTF-8 form. */
    static void requireWellFormed(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new IllegalArgumentException("text has half of a surrogate pair at index " + i);
                }
                i++;
            }
        }
    }

    /** The length in bytes of well-formed text. */
    static int lengthBytes(String text) {
        int length = text.length();
        int bytes = length;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x800 && !Character.isSurrogate(c)) {
                bytes += 2;
            } else if (c >= 0x80) {
                // A surrogate pair is four bytes for two chars, so one more for each half.
                bytes++;
            }
        }
        return bytes;
    }

    /**
     * The order of two map keys: bytewise by their encodings (RFC 8949 section 4.2.1). The head of a longer text is
     * greater, so the shorter one comes first, and texts of one length compare by their bytes.
     */
    static int compareKeys(String a, String b) {
        int byLength = Integer.compare(lengthBytes(a), lengthBytes(b));
        if (byLength != 0) {
            return byLength;
        }
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char c = a.charAt(i);
            char d = b.charAt(i);
            if (c != d) {
                return Integer.compare(codePointRank(c), codePointRank(d));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** Puts surrogates, which stand for code points above U+FFFF, behind the rest, as UTF-8 does. */
    private static int codePointRank(char c) {
        return Character.isSurrogate(c) ? c + 0x10000 : c;
    }

    /**
     * The index of the first byte that does not belong to well-formed UTF-8, or {@code end}.
     *
     * <p>Overlong forms, surrogates and code points above U+10FFFF are malformed (RFC 3629 section 4).
     */
    static int firstMalformed(byte[] bytes, int start, int end) {
        int i = start;
        while (i < end) {
            if (bytes[i] >= 0) {
                i++;
                continue;
            }
            int length = sequenceLength(bytes, i, end);
            if (length == 0) {
                return i;
            }
            i += length;
        }
        return end;
    }

    private static int sequenceLength(byte[] bytes, int at, int end) {
        int lead = bytes[at] & 0xff;
        int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        if (lead < 0xc2 || lead > 0xf4 || end - at < length) {
            return 0;
        }
        int second = bytes[at + 1] & 0xff;
        int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int greatest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > greatest) {
            return 0;
        }
        for (int i = at + 2; i < at + length; i++) {
            if ((bytes[i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
