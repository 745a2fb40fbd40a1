<?php
// Set up the WordPress in the current folder: its tables, one owner, permanent links, comments
// that appear at once. Called with its address and a password; prints an application password.
[, $address, $password] = $argv;
$_SERVER['HTTP_HOST'] = parse_url($address, PHP_URL_HOST) . ':' . parse_url($address, PHP_URL_PORT);
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
define('WP_INSTALLING', true);
function wp_new_blog_notification() {} // it would write a letter

require getcwd() . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
// WordPress would ask itself whether links work, before anybody serves them.
add_filter('pre_http_request', fn() => new WP_Error('offline', 'not served yet'));

$owner = wp_install('Lakeside Hospital', 'owner', 'owner@example.org', true, '', $password)['user_id'];
update_option('permalink_structure', '/%year%/%monthnum%/%day%/%postname%/');
update_option('comment_previously_approved', '0');
flush_rewrite_rules();
foreach ([get_post(1), get_post(2), get_post(3)] as $sample) {
    if ($sample) wp_delete_post($sample->ID, true);
}
[$application] = WP_Application_Passwords::create_new_application_password($owner, ['name' => 'Auscult']);
echo json_encode(['application_password' => $application]), "\n";
