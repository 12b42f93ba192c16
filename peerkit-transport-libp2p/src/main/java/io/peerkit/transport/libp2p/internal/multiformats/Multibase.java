// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import io.peerkit.api.InvalidBytesException;
import java.util.Base64;

/**
 * Texts that name their own base by their first character: {@code z} base58btc, {@code b} base32, {@code u} base64url.
 *
 * @see <a href="https://github.com/multiformats/multibase">multibase</a>
 */
final class Multibase {
    private Multibase() {}

    static String encodeBase64Url(byte[] bytes) {
        return "u" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static byte[] decode(String text) {
        if (text.isEmpty()) {
            throw new InvalidBytesException("multibase text is empty");
        }
        String digits = text.substring(1);
        return switch (text.charAt(0)) {
            case 'z' -> Base58.decode(digits);
            case 'b' -> Base32.decode(digits);
            case 'u' -> decodeBase64Url(digits);
            default ->
                throw new InvalidBytesException(
                        "multibase prefix " + (int) text.charAt(0) + " not supported, must be z, b or u");
        };
    }

    private static byte[] decodeBase64Url(String digits) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(digits);
            // The JDK's decoder overlooks padding and unused bits that are not zero.
            if (encodeBase64Url(bytes).regionMatches(1, digits, 0, digits.length()) && digits.indexOf('=') < 0) {
                return bytes;
            }
            throw new InvalidBytesException("base64url is padded or ends in unused bits");
        } catch (IllegalArgumentException e) {
            throw new InvalidBytesException("base64url of " + digits.length() + " characters is malformed", e);
        }
    }
}
