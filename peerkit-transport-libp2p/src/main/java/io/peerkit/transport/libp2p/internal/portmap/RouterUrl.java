// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;

/** Addresses of pages that a router names. Whatever it says, they are on the router and nowhere else. */
final class RouterUrl {
    /** The longest in characters. */
    static final int MAX_CHARACTERS = 512;

    private static final int HTTP_PORT = 80;

    private RouterUrl() {}

    /**
     * Checks an address.
     *
     * @throws InvalidBytesException when it is not {@code http://} with the router's own address in numbers
     */
    static URI on(InetAddress router, String text) {
        URI url = parse(text);
        if (!"http".equalsIgnoreCase(url.getScheme()) || url.getHost() == null || url.getRawUserInfo() != null) {
            throw new InvalidBytesException("router names " + printable(text) + ", must be http://" + host(router));
        }
        if (!url.getHost().equals(host(router))) {
            throw new InvalidBytesException(
                    "router at " + host(router) + " names a page of " + printable(url.getHost()));
        }
        if (port(url) < 1 || port(url) > 65_535) {
            throw new InvalidBytesException("router names port " + port(url) + ", must be 1 to 65535");
        }
        return url;
    }

    /**
     * Follows what a page of the router names.
     *
     * @throws InvalidBytesException as {@link #on}
     */
    static URI resolve(InetAddress router, URI page, String text) {
        URI link = parse(text);
        try {
            return on(router, page.resolve(link).toString());
        } catch (IllegalArgumentException e) {
            throw new InvalidBytesException("router names " + printable(text) + ", which is no address", e);
        }
    }

    static int port(URI url) {
        return url.getPort() == -1 ? HTTP_PORT : url.getPort();
    }

    /** Path and query as they stand in a request. */
    static String target(URI url) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    private static URI parse(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new InvalidBytesException(
                    "router names an address of " + text.length() + " characters, at most " + MAX_CHARACTERS);
        }
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new InvalidBytesException("router names " + printable(text) + ", which is no address", e);
        }
    }

    private static String host(InetAddress router) {
        String text = router.getHostAddress();
        return router.getAddress().length == Integer.BYTES ? text : "[" + text + "]";
    }

    private static String printable(String text) {
        return text.codePoints()
                .limit(80)
                .map(each -> each < ' ' || each > '~' ? '?' : each)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
